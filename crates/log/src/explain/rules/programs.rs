//! Rules for programs that stop with an error: exceptions, and words that any program may print.

use crate::explain::rules::rules;

rules! {
    // Python.
    "python" Dependency 90 After:
        "^ModuleNotFoundError: " | "^@: No module named " | "^ImportError: No module named"
        => "ModuleNotFoundError: No module named 'flask'",
           "/usr/bin/python3: No module named pytest";
    "python" MissingFile 89 Line:
        "^@: can't open file "
        => "python3: can't open file '/app/manage.py': [Errno 2] No such file or directory";
    "python" Program 80 Traceback: "^Traceback (most recent call last):" => "Traceback (most recent call last):";
    "python" Program 50 After:
        "^subprocess.CalledProcessError: " | "^CalledProcessError: "
        => "subprocess.CalledProcessError: Command '['make']' returned non-zero exit status 2.";
    "python" Program 82 After:
        "^ImportError: " | "^IndentationError: " | "^TabError: " | "^NameError: "
        => "ImportError: cannot import name 'x' from 'y'";
    "python" MissingFile 82 After:
        "^FileNotFoundError: "
        => "FileNotFoundError: [Errno 2] No such file or directory: 'a.txt'";
    "python" Permission 82 After: "^PermissionError: " => "PermissionError: [Errno 13] Permission denied: '/a'";
    "" Compile 90 After: "^SyntaxError: " => "SyntaxError: '(' was never closed";

    // Java.
    "java" Program 84 Deepest:
        "^Caused by: @"
        => "Caused by: java.io.FileNotFoundException: app.yml (No such file or directory)";
    "java" Program 90 Line:
        "^Error: Could not find or load main class" | "^Error: Unable to access jarfile"
        | "has been compiled by a more recent version*%error" | "^Error: Main method not found"
        | "^Error: A JNI error has occurred" | "^Error: Invalid or corrupt jarfile"
        => "Error: Unable to access jarfile app.jar";

    // Node.js.
    "node" Dependency 90 Line:
        "^Error: Cannot find module" | "%error: Cannot find module '" | "^Cannot find module '"
        | "^Error [ERR_MODULE_NOT_FOUND]" | "^Error: Cannot find package "
        => "Error: Cannot find module 'express'",
           "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'core' imported from /app/a.mjs";
    "node" Program 88 Line:
        "digital envelope routines::unsupported" | "ERR_OSSL_EVP_UNSUPPORTED"
        => "Error: error:0308010C:digital envelope routines::unsupported";

    // Go.
    "go" Program 90 Line:
        "^panic: " | "^fatal error: all goroutines are asleep" | "^fatal error: concurrent map"
        => "panic: runtime error: invalid memory address or nil pointer dereference",
           "fatal error: all goroutines are asleep - deadlock!";

    // Perl, Ruby, PHP, .NET, R.
    "perl" Dependency 90 Line:
        "^Can't locate @.pm in @INC" | "^Can't locate *in @INC"
        => "Can't locate JSON/XS.pm in @INC (you may need to install the JSON::XS module) (@INC contains: /etc/perl) at gen.pl line 3.";
    "perl" Program 88 Line:
        "^syntax error at @ line #" | "^Global symbol * requires explicit package name"
        | "^Can't locate object method" | "^Can't open perl script" | "^Can't call method" | "^Can't open *line #"
        => "syntax error at gen.pl line 3, near \"}\"";
    "perl" Program 45 Line:
        "^BEGIN failed--compilation aborted" | "^Compilation failed in require" | "^Execution of @ aborted due to"
        => "BEGIN failed--compilation aborted at gen.pl line 3.";
    "ruby" Program 55 Next: "^rake aborted!" | "^bin/rails aborted!" | "^rails aborted!" => "rake aborted!";
    "phpstan" Lint 80 Line:
        "^# *Call to an undefined " | "^# *Access to an undefined " | "^# *%undefined variable"
        => "12     Call to an undefined method Cart::price().";
    "php" Program 88 Line:
        "^PHP Fatal error: " | "^Fatal error: " | "^PHP Parse error: " | "^Parse error: "
        => "PHP Fatal error:  Uncaught Error: Call to undefined function x() in /app/a.php:3",
           "Parse error: syntax error, unexpected '}' in /app/a.php on line 3";
    "dotnet" Program 85 Line:
        "^Unhandled exception. " | "^Unhandled Exception: "
        | "^It was not possible to find any compatible framework*not found" | "^Couldn't find a project to run"
        | "^The command could not be loaded, possibly because" | "You must install or update .NET*not found"
        | "^Could not execute because "
        => "Unhandled exception. System.InvalidOperationException: x";
    "r" Program 86 Line:
        "^Error in *there is no package" | "^Error in @" | "^ERROR: dependency * is not available"
        | "^ERROR: dependencies * are not available" | "^Error: package or namespace load failed"
        => "Error in library(foo) : there is no package called ‘foo’",
           "ERROR: dependency ‘foo’ is not available for package ‘bar’";
    "r" Program 60 Line:
        "had non-zero exit status" | "^ERROR: compilation failed for package"
        => "installation of package ‘foo’ had non-zero exit status";
    "detekt" Lint 86 Line:
        "^@.kt:#:#: * [@]$" | "^@.kts:#:#: * [@]$"
        => "/app/src/main/kotlin/Cart.kt:9:5: The function total is too long (81). [LongMethod]";
    "nim" Compile 88 Line:
        "^@(#, #) Error: " | "^@.nim(#:#) Error: "
        => "/app/src/cart.nim(9, 5) Error: undeclared identifier: 'totl'";
    "conda" Dependency 88 Line:
        "^The following package could not be installed" | "^The following packages are incompatible"
        | "^The following package is incompatible"
        => "The following package could not be installed",
           "The following packages are incompatible";
    "" Program 50 Line:
        "^Error: error building site: " | "^Error: Build failed for " | "^Could not solve for environment specs"
        => "Error: error building site: process: failed to extract shortcode",
           "Error: Build failed for the package: shop",
           "Could not solve for environment specs";
    "bandit" Lint 86 Line: "^>> Issue: [" => ">> Issue: [B602:subprocess] subprocess call with shell=True identified, security issue.";
    "valgrind" Crash 88 Line:
        "^==#== Invalid read" | "^==#== Invalid write" | "^==#== Invalid free" | "^==#== Mismatched free"
        => "==12== Invalid read of size 4";
    "valgrind" Crash 45 Line: "^==#== ERROR SUMMARY: #" => "==12== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)";
    "gradle" Compile 70 Line: "^> 编译失败" => "> 编译失败; 有关详细信息, 请查看编译器错误输出。";
    "helm" Lint 88 Line:
        "^[ERROR] templates/*: " | "^[ERROR] Chart.yaml: " | "^[ERROR] values.yaml: "
        => "[ERROR] templates/: template: app/templates/a.yaml:9:20: executing \"a.yaml\": nil pointer";
    "shellcheck" Lint 84 Line:
        "-^ SC#"
        => "   ^--^ SC2086 (info): Double quote to prevent globbing and word splitting.";
    "prisma" Compile 84 Line:
        "^error: Type \"*\" is neither" | "^error: Error validating" | "^error: Error parsing"
        => "error: Type \"Totl\" is neither a built-in type, nor refers to another model, composite type, or enum.";
    "ansible" Program 82 Line:
        "^fatal: [@]: FAILED!" | "^ERROR! "
        => "fatal: [localhost]: FAILED! => {\"msg\": \"x\"}";

}
