//! Rules for compilers, linkers, build tools, bundlers and linters.

use crate::explain::rules::rules;

rules! {
    // Rust.
    "rustc" Compile 90 Line: "^error[E#]: " => "error[E0308]: mismatched types";
    "cargo" Link 86 Line: "^error: linking with `*` failed" => "error: linking with `cc` failed: exit status: 1";
    "cargo" Compile 60 Line:
        "^error: could not compile `" | "^error: aborting due to" | "^error: could not document"
        => "error: could not compile `app` (bin \"app\") due to 2 previous errors",
           "error: aborting due to previous error";
    "cargo" Program 60 Line:
        "^error: failed to run custom build command"
        => "error: failed to run custom build command for `app v0.1.0 (/app)`";
    "cargo" Compile 1 Success: "^Finished `" => "    Finished `release` profile [optimized] target(s) in 1.20s";

    // Compilers whose messages look like those of others.
    "javac" Compile 90 Line:
        "~.java:#: error: " | "^@.java:#: error: " | ".java:#: 错误" | "^[ERROR] @.java:[#,#] "
        | "^error: release version # not supported" | "^error: invalid target release" | "error: invalid flag: "
        | "^[ERROR] @.kt: (#, #)" | "^[ERROR] @.kt:[#,#]" | "^[ERROR] @.scala:#: " | "^[error] @.scala:#:#: "
        | "^[error] @.java:#:#: " | "^[error] @:#: error: " | "^@.groovy: #: *error"
        | "Fatal error compiling: error: " | "Fatal error compiling: "
        | "^Error: Unsupported class file major version" | "Unsupported class file major version"
        | "^error: file not found: " | "^error: no source files" | "^error: package @ does not exist"
        | "^error: invalid source release" | "^error: Source option # is no longer supported" | "^错误: "
        => "[ERROR] /app/src/main/java/A.java:[5,12] cannot find symbol",
           "Main.java:3: error: cannot find symbol",
           "[ERROR] Failed to execute goal x:compile (default-compile) on project a: Fatal error compiling: error: invalid target release: 21 -> [Help 1]";
    "dotnet" Compile 90 Line:
        ": error CS#: " | ": error MSB#: " | ": error NETSDK#: " | ": error FS#: " | ": error BC#: " | "error MSB#: "
        | "error NETSDK#: " | "^error CS#: " | ": error AD#: " | ": error CA#: " | ": error IDE#: " | ": error SA#: "
        | ": error AL#: "
        => "MSBUILD : error MSB1003: Specify a project or solution file.";
    "mypy" Lint 90 Line:
        "^@.py:#: error: " | "^@.py:#:#: error: "
        => "a.py:3: error: Incompatible types in assignment";

    // C, C++ and what prints like them: Go's cgo, Swift, Haskell, Zig, Solidity.
    "gcc" Compile 90 Line:
        "^@:#:#: error: " | "^@:#:#: fatal error: " | "^@:#: error: " | ":#:#: error: " | ":#:#: fatal error: "
        | "^@:#:#: 错误" | "^@:#: 错误" | "^@:#:#: 致命错误" | "^@(#): error " | "^@(#,#): error: " | "^@(#): fatal error "
        | "^@:#:#: error:$" | "^@:#: error:$"
        => "src/a.c:12:3: error: 'x' undeclared (first use in this function)",
           "a.c:1:10: fatal error: zlib.h: No such file or directory",
           "a.c:3:1: 错误：expected ';'",
           "a.c:1:10: 致命错误：x.h：没有那个文件或目录";
    "dart" Compile 89 Line:
        "^@.dart:#:#: Error: "
        => "lib/main.dart:12:7: Error: The getter 'titel' isn't defined for the class 'Page'.";
    "as" Compile 88 Line:
        "^@.s:#: Error: " | "^@.S:#: Error: " | "^@:#: Error: " | "^{standard input}:#: Error: "
        => "a.s:12: Error: no such instruction: `foo'";
    "ld" Link 90 Line:
        "undefined reference to" | "未定义的引用" | "multiple definition of" | "多重定义" | "%cannot find -l" | "找不到 -l"
        | "ld: library not found" | "ld: symbol(s) not found" | "ld.lld: error: " | "ld: cannot find " | "ld: 找不到"
        | "file in wrong format" | "ld: *: file not recognized" | "mold: error: "
        | "%undefined symbols for architecture" | "rust-lld: error: " | "wasm-ld: error: "
        | "DSO missing from command line" | "relocation *can not be used when making"
        => "main.c:(.text+0x5): undefined reference to `f'",
           "/usr/bin/ld: cannot find -lssl: No such file or directory",
           "main.c:(.text+0x5)：对‘f’未定义的引用";
    "ld" Link 50 Line:
        "collect2: error: ld returned" | "ld returned # exit status" | "collect2: 错误"
        | "linker command failed with exit code"
        => "collect2: error: ld returned 1 exit status",
           "collect2: 错误：ld 返回 1";
    "gcc" Compile 85 Line:
        "^g++: error: " | "^gcc: error: " | "^cc: error: " | "^clang: error: " | "^clang++: error: "
        | "^gcc: fatal error: " | "^g++: fatal error: " | "^c++: error: " | "^gcc: 错误" | "^gcc: 致命错误" | "^g++: 错误"
        => "gcc: error: main.c: No such file or directory";
    "gcc" Compile 62 Line:
        "^cc1: all warnings being treated as errors" | "^cc1plus: all warnings being treated as errors"
        | "^cc1: error: " | "^cc1plus: error: " | "^cc1: 所有的警告都被当作是错误"
        => "cc1: all warnings being treated as errors";

    // Make, CMake, Ninja, Meson, Autotools, Bazel.
    "make" MissingFile 88 Line:
        "\\*\\*\\* No rule to make target" | "\\*\\*\\* No targets specified and no makefile found"
        | "\\*\\*\\* 没有规则可制作目标" | "\\*\\*\\* 没有指明目标并且找不到" | "没有规则可制作目标"
        => "make: *** No rule to make target 'dist'.  Stop.",
           "make: *** 没有规则可制作目标“dist”。 停止。";
    "make" Compile 90 Line:
        "\\*\\*\\* missing separator" | "\\*\\*\\* 缺失分隔符" | "\\*\\*\\* commands commence before first target"
        | "\\*\\*\\* recipe commences before first target"
        => "Makefile:3: *** missing separator.  Stop.";
    "make" Program 45 Line:
        "make: \\*\\*\\* [*] Error #" | "make[#]: \\*\\*\\* [*] Error #" | "make: \\*\\*\\* [*] 错误 #"
        | "make[#]: \\*\\*\\* [*] 错误 #" | "not remade because of errors" | "^ninja: build stopped: *failed"
        | "^FAILED: " | "-- Configuring incomplete, errors occurred" | "^gmake*\\*\\*\\* [*] Error #"
        => "make[2]: *** [Makefile:3: a.o] Error 1",
           "make: *** [Makefile:3：a.o] 错误 1",
           "ninja: build stopped: subcommand failed.",
           "FAILED: CMakeFiles/app.dir/a.cc.o";
    "make" Program 80 Line:
        "^Makefile:#: \\*\\*\\* *error" | "^@:#: \\*\\*\\* *%error" | "^@:#: \\*\\*\\* *is not "
        | "^@:#: \\*\\*\\* *%missing" | "^@:#: \\*\\*\\* *%unknown" | "^@:#: \\*\\*\\* *requires"
        => "Makefile:3: *** VERSION is not set.  Stop.";
    "ninja" Compile 82 Line:
        "^ninja: error: " | "^ninja: fatal: "
        => "ninja: error: loading 'build.ninja': No such file or directory";
    "cmake" Dependency 90 Line:
        "^Could NOT find " | "^Could not find a package configuration file"
        | "^CMake Error: The source directory *does not" | "^CMake Error: The source directory *not found"
        | "^No CMAKE_@ could be found" | "^CMake #.# or higher is required" | "^Cannot find source file"
        | "^The following required packages were not found"
        => "Could NOT find OpenSSL, try to set the path to OpenSSL root folder",
           "CMake Error: The source directory \"/app\" does not appear to contain CMakeLists.txt.";
    "cmake" Compile 84 Line: "^CMake Error" => "CMake Error at CMakeLists.txt:5 (find_package):";
    "configure" Dependency 90 Line:
        "^configure: error: " | "^@/configure: error: " | "^Package '*' not found"
        | "^Package * was not found in the pkg-config search path" | "^Package '*', required by '*', not found"
        => "configure: error: zlib is required",
           "Package libfoo was not found in the pkg-config search path.";
    "configure" Dependency 84 Line: "^No package '*' found" => "No package 'libfoo' found";
    "meson" Compile 90 Line:
        "meson.build:#:#: ERROR: "
        => "meson.build:3:0: ERROR: Dependency \"foo\" not found, tried pkgconfig";
    "bazel" Compile 70 Line:
        "^ERROR: *BUILD*:#:#: " | "^ERROR: Analysis of target "
        => "ERROR: /app/BUILD.bazel:3:1: Compiling a.cc failed: (Exit 1)";

    // Java and its relatives.
    "kotlin" Compile 90 Line:
        "^e: file:*unresolved" | "^e: @.kt:#:#*error" | "^e: *%unresolved reference" | "^e: *%type mismatch"
        | "^e: *%expecting " | "^e: *error" | "^e: *cannot" | "^e: *does not" | "^e: *is not" | "^e: *not found"
        | "^e: *unknown" | "^e: *expected" | "^e: *invalid" | "^e: *missing" | "^e: *failed" | "^e: *too many"
        | "^e: *conflict"
        => "e: file:///app/src/main/kotlin/A.kt:3:5 Unresolved reference: foo";
    "maven" Dependency 88 Line:
        "Could not resolve dependencies for project" | "%non-resolvable parent POM" | "%non-resolvable import POM"
        | "No plugin found for prefix" | "Unknown lifecycle phase"
        | "requires a project to execute but there is no POM" | "%non-parseable POM" | "on-readable POM"
        | "Plugin * or one of its dependencies could not be resolved" | "^[ERROR] *Could not find artifact"
        | "Failed to read artifact descriptor" | "%unresolveable build extension"
        | "Detected JDK * is not in the allowed range" | "dependencies.dependency.version' for * is missing"
        | "Could not transfer artifact * from/to"
        => "[ERROR] Failed to execute goal on project a: Could not resolve dependencies for project com.x:a:jar:1: Cannot access central",
           "[ERROR] Unknown lifecycle phase \"packge\".";
    "maven" Program 45 Line:
        "BUILD FAILURE" | "COMPILATION ERROR" | "^[ERROR] There are test failures"
        | "^[ERROR] Tests run: #, Failures: #" | "^BUILD FAILED" | "^FAILURE: Build failed"
        | "^Execution failed for task" | "^> There were failing tests" | "^Compilation failed; see"
        | "^> Compilation failed; see" | "> Compilation error. See log" | "^[ERROR] Errors: $"
        | "^[ERROR] Failures: $" | "Build FAILED"
        => "BUILD FAILURE",
           "[ERROR] COMPILATION ERROR :",
           "FAILURE: Build failed with an exception.",
           "BUILD FAILED in 3s";
    "maven" Program 1 Success: "BUILD SUCCESS" => "[INFO] BUILD SUCCESS", "BUILD SUCCESSFUL in 3s";
    "gradle" Dependency 90 Line:
        "> Could not find @:@" | "> Could not resolve @" | "> Could not GET " | "> Could not HEAD "
        | "^Plugin [id: *] was not found" | "Plugin [id: '*'*] was not found in any of" | "^Could not find @:@:@.$"
        | "> No matching variant of" | "> Unable to find a matching" | "> Conflict(s) found*conflict"
        | "> Could not download " | "Cannot find a Java installation on your machine" | "No matching toolchains found"
        | "Could not target platform" | "Dependency verification failed"
        => "   > Could not find com.x:y:1.0.",
           "* Plugin [id: 'com.x', version: '1'] was not found in any of the following sources:";
    "gradle" Program 86 Line:
        "Task '*' not found in root project" | "Could not compile build file" | "Could not compile settings file"
        | "Could not get unknown property" | "Could not find method @() for arguments"
        | "Could not find or load main class org.gradle" | "Could not determine java version"
        | "^Project '*' not found in root project" | "^Cannot locate tasks that match"
        | "Directory '*' does not contain a Gradle build" | "Could not set unknown property"
        | "A problem occurred evaluating script" | "Unrecognized option: *Could not create the Java Virtual Machine"
        | "Could not create an instance of type"
        => "Task 'packge' not found in root project 'app'.",
           "> Could not get unknown property 'x' for root project 'app'";
    "gradle" Program 79 Next: "^\\* What went wrong:" => "* What went wrong:";
    "gradle" Compile 88 Line: "^error: @.kt" | "^startup failed:" => "startup failed:";

    // TypeScript and bundlers.
    "tsc" Compile 90 Line:
        "(#,#): error TS#" | ":#:# - error TS#" | "^error TS#: " | "^Type error: " | "^ERROR in @:#:#"
        | "^[tsl] ERROR in " | "(#,#): error @:" | "^@:#:# - error @: " | "^error NG#: " | "error TS#: "
        => "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
           "src/a.ts:3:5 - error TS2322: Type 'string' is not assignable",
           "Type error: Property 'x' does not exist on type 'Y'.";
    "bundler" Compile 90 Line:
        "^Module not found: " | "[vite]: Rollup failed to resolve import" | "Could not resolve \"*\" from \"*\""
        | "Could not resolve '*' from *" | "is not exported by \"*\", imported by"
        | "is not exported by *, imported by *not " | "^✘ [ERROR] " | "Failed to resolve import" | "RollupError: "
        | "^@:#:#: ERROR: " | ":#:#: ERROR: " | "^X [ERROR] " | "^SassError: " | "^CssSyntaxError: "
        | "Undefined variable.$" | "Can't find stylesheet to import" | "^Error: Can't find stylesheet"
        | "^Error: [vite" | "Unexpected token (#:#)" | "^ModuleParseError: "
        | "^ModuleNotFoundError: Module not found" | "[plugin *] *%error: "
        | "Could not find a declaration file for module" | "^Export * doesn't exist in target module" | "^x Expected "
        | "^x Unexpected " | "^Unexpected token" | "^[UNRESOLVED_IMPORT] *resolve"
        | "^Error: Cannot resolve entry module" | "Could not resolve entry module" | "^Error: Could not resolve "
        | "^@ Cannot resolve module" | "Failed to resolve entry for package"
        => "Module not found: Error: Can't resolve './x' in '/app/src'",
           "✘ [ERROR] Could not resolve \"left-pad\"",
           "[vite]: Rollup failed to resolve import \"x\" from \"/app/src/main.ts\".",
           "/app/src/x.ts:3:5: ERROR: Expected \";\" but found \"}\"",
           "Could not resolve \"./x\" from \"src/main.js\"";
    "bundler" Compile 76 Line:
        "^Module build failed" | "^[!] *%error" | "^[plugin *] *failed" | "^[vite:*] *failed"
        | "%transform failed with # error" | "^Failed to compile" | "^HookWebpackError: " | "^Syntax error: "
        => "Module build failed (from ./node_modules/babel-loader/lib/index.js):",
           "[vite:esbuild] Transform failed with 1 error:",
           "[!] (plugin x) Error: y";
    "bundler" Compile 45 Line:
        "compiled with # error" | "^Found # errors.$" | "^Found # error in @:#" | "^Failed to compile.$"
        | "^> Build failed because of webpack errors" | "^Build failed with # error" | "^✗ Build failed"
        | "^x Build failed" | "^# errors generated" | "^# error generated" | "^# errors$" | "^# error$"
        => "webpack 5.90.0 compiled with 2 errors in 300 ms",
           "1 error generated.";
    "bundler" Compile 1 Success:
        "^webpack * compiled successfully" | "^Compiled successfully"
        => "webpack 5.90.0 compiled successfully in 900 ms";

    // Go.
    "go" Compile 88 Line:
        "^@.go:#:#: " | "^vet: @.go:#:#: "
        => "./main.go:5:2: undefined: foo",
           "vet: ./main.go:3:2: x declared and not used";
    "go" Dependency 90 Line:
        "missing go.sum entry" | "^no required module provides package" | "no required module provides package"
        | "cannot find module providing package" | "^go: *unknown revision" | "^go: *no matching versions"
        | "module lookup disabled" | "^@.go:#:#: package @ is not in " | "^@.go:#:#: cannot find " | "^go: *not found"
        | "^go: *invalid " | "^go: errors parsing go.mod" | "^go: *cannot find main module"
        | "^go: go.mod file not found" | "^go: updates to go.mod needed*error" | "^go: *go.mod requires go >= "
        | "^go: *cannot " | "^go: *dial tcp*no such host" | "^go: *requires" | "^go: *error" | "^go: *does not"
        | "^go: *unrecognized import path*error" | "^go: *410 Gone*failed"
        | "go.mod file not found in current directory" | "^package @ is not in " | "^cannot find package "
        | "^package @: *cannot" | "build constraints exclude all Go files in" | "^no Go files in"
        | "^pattern *: *does not" | "^pattern *: *no matching" | "does not contain main module" | "^go: *missing"
        | "^go: *inconsistent vendoring*error" | "^go: *unable to" | "^go: *failed" | "^go: *timeout"
        => "go: example.com/x@v1.2.3: invalid version: unknown revision v1.2.3",
           "main.go:4:2: no required module provides package github.com/x/y; to add it:",
           "go: go.mod requires go >= 1.22 (running go 1.19.8; GOTOOLCHAIN=local)",
           "missing go.sum entry for module providing package x";

    // .NET, Swift, Haskell, Elixir, LaTeX and others.
    "dotnet" Dependency 90 Line:
        ": error NU#: " | "^error NU#: " | "error: Unable to find package"
        => "/app/app.csproj : error NU1101: Unable to find package Foo. No packages exist with this id";
    "elixir" Compile 88 Line:
        "^\\*\\* (@Error) " | "^== Compilation error in file"
        => "** (CompileError) lib/a.ex:3: undefined function foo/0";
    "latex" Compile 88 Line:
        "^! LaTeX Error: " | "^! Undefined control sequence" | "^! Package @ Error: "
        => "! LaTeX Error: File `foo.sty' not found.";
    "protoc" Compile 88 Line:
        "^@.proto:#:#: *%expected" | "^@.proto: *not found" | "^@.proto: *%error" | "^protoc-gen-@: program not found"
        | "^@.proto:#:#: *defined*undefined"
        => "protoc-gen-go: program not found or is not executable";

    // Linters.
    "eslint" Lint 86 Line:
        "^#:# error " | "^#:#  error  " | "^Oops! Something went wrong" | "^ESLint couldn't find"
        => "3:5  error  'x' is defined but never used  no-unused-vars",
           "12:1 error Unexpected console statement no-console";
    "lint" Lint 85 Line:
        "^@.py:#:#: @# " | "^@.py:#: @# " | "^@.py:#:#: @#: " | "^@.rb:#:#: @: " | "^would reformat "
        | "^Diff in @ at line #" | "^Diff in @:#:"
        => "a.py:3:1: F821 undefined name 'x'",
           "a.py:3:80: E501 line too long (88 > 79 characters)";
    "lint" Lint 80 Warns: "Code style issues" => "[warn] Code style issues found in 2 files. Run Prettier to fix.";
    "lint" Lint 60 Line:
        "^✖ # problems (# errors" | "^✖ # problem (# error" | "^[error] *Code style issues"
        | "^Found # error in # file" | "^Found # errors in # file" | "^error: unused "
        => "✖ 2 problems (2 errors, 0 warnings)",
           "Found 1 error in 1 file (checked 3 source files)";
}
