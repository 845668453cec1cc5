//! Rules for the system: the shell, the core utilities, the kernel, the network, git.

use crate::explain::rules::rules;

rules! {
    // The kernel.
    "" DiskFull 97 Line:
        "%no space left on device" | "disk quota exceeded" | "Disk quota exceeded" | "设备上没有空间" | "ENOSPC: "
        | "Not enough disk space" | "not have enough free space in" | "insufficient disk space"
        => "cp: error writing '/out/a': No space left on device",
           "cp: 写入 'a' 时出错: 设备上没有空间",
           "npm ERR! nospc ENOSPC: no space left on device, write";
    "" Killed 96 Line:
        "^Killed$" | "^@: line #: *Killed" | "^/bin/sh: line #: *Killed" | "Killed signal terminated program"
        | "ld terminated with signal 9" | "signal: 9, SIGKILL" | "signal: killed" | "JavaScript heap out of memory"
        | "java.lang.OutOfMemoryError" | "OutOfMemoryError: " | "^MemoryError" | "%cannot allocate memory"
        | "OOMKilled" | "out of memory allocating" | "virtual memory exhausted"
        | "^fatal error: runtime: out of memory" | "^Out of memory" | "out of memory: "
        | "Out of memory: Killed process" | "daemon disappeared unexpectedly" | "memory exhausted"
        | "killed by the kernel" | "(oom-kill*killed" | "^已杀死" | "行 #: *已杀死" | "Not enough memory"
        | "memory allocation of # bytes failed" | "insufficient memory for the Java Runtime"
        | "was killed by signal 9" | "process was killed"
        => "Killed",
           "g++: fatal error: Killed signal terminated program cc1plus",
           "./b.sh: line 3:    12 Killed                  python3 x.py",
           "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
           "collect2: fatal error: ld terminated with signal 9 [Killed]",
           "The build daemon disappeared unexpectedly (it may have been killed or may have crashed)";
    "" Killed 72 Line:
        "exited with code 137" | "make: \\*\\*\\* [*] Killed" | "make[#]: \\*\\*\\* [*] Killed"
        | "exit code 137*killed" | "SIGKILL" | "^Error: * killed$"
        => "make[1]: *** [Makefile:3: a.o] Killed",
           "npm ERR! signal SIGKILL";
    "" Crash 94 Line:
        "Segmentation fault" | "segmentation fault" | "段错误" | "SIGSEGV" | "signal: 11"
        | "%illegal instruction (core dumped)" | "^Illegal instruction" | "SIGILL: illegal instruction" | "^Bus error"
        | "stack smashing detected" | "double free or corruption" | "ERROR: AddressSanitizer: "
        | "internal compiler error" | "signal: 6, SIGABRT" | "uncaught target signal"
        | "A fatal error has been detected by the Java Runtime" | "terminated with signal 11"
        => "Segmentation fault",
           "bash: line 1:    12 Segmentation fault      (core dumped) ./gen",
           "qemu: uncaught target signal 11 (Segmentation fault) - core dumped",
           "a.c:3:1: internal compiler error: in f, at g.c:1";
    "" Crash 60 Line:
        "^Aborted$" | "^Aborted (core dumped)" | "Aborted *(core dumped)" | "^Abort trap" | "已放弃 (核心已转储)"
        => "Aborted";
    "" Timeout 70 Line: "^Terminated$" | "^timeout: sending signal" | "^终止$" => "Terminated";
    "" Crash 88 Line:
        "terminate called after throwing" | "terminate called without an active exception" | "Assertion `*' failed"
        | "Assertion failed: ("
        => "terminate called after throwing an instance of 'std::runtime_error'",
           "gen: gen.c:4: main: Assertion `n > 0' failed.";

    // The shell.
    "shell" MissingCommand 90 Line:
        "^unable to execute *: No such file or directory" | "^error: command '*' failed: No such file or directory"
        | "^@: #: @: not found$" | "^@: line #: @: command not found" | "^@: @: not found$" | ": command not found"
        | "^@: line #: @: not found$" | "未找到命令" | "^@: #: eval: @: not found$" | ": not found: command"
        | "^make: @: Command not found" | "^make[#]: @: Command not found" | "^env: *: No such file or directory"
        | "^/usr/bin/env: *: No such file or directory" | "^env: can't execute " | "bad interpreter: "
        | "interpreter*not found" | "^@: line #: @: No such file or directory$"
        | "^@: #: @: No such file or directory$" | "^/bin/sh: @: No such file or directory" | "解释器错误"
        | "^xargs: @: No such file or directory" | "is not recognized as an internal or external command"
        | "^error: command \"@\" not found" | "exec: @: not found" | "can't execute '@': No such file or directory"
        | "^nice: *: No such file or directory" | "^nohup: failed to run command" | "^timeout: failed to run command"
        | "^make: @: No such file or directory" | "^make[#]: @: No such file or directory" | "%error: spawn @ ENOENT"
        | "exec: \"@\": not found"
        => "/bin/sh: 1: yarn: not found",
           "./setup.sh: line 3: jq: command not found",
           "/bin/sh: yarn: not found",
           "./setup.sh:行3: jq: 未找到命令",
           "make: gcc: No such file or directory",
           "/usr/bin/env: ‘node’: No such file or directory",
           "Error: spawn protoc ENOENT",
           "bash: line 1: ./x.sh: /usr/bin/python2: bad interpreter: No such file or directory";
    "shell" Program 90 Line:
        "^@: line #: @: unbound variable" | "^@: #: @: parameter not set" | ": parameter null or not set"
        | "^@: #: Syntax error: " | "^@: line #: syntax error" | "^@: syntax error: " | "Bad substitution"
        | "bad substitution" | "^@: #: set: Illegal option" | "Illegal option -" | "%illegal number: "
        | "^@: line #: unexpected EOF while looking" | "^@: -c: line #: *unexpected" | "^@: eval: line #: *syntax"
        | "syntax error near unexpected token" | "未预期的符号" | "语法错误" | "未绑定的变量" | "^@: line #: *: command not found"
        | "^@: line #: [: *expected" | "^@: #: [: *unexpected" | "division by 0 (error token"
        | "^@: line #: *: syntax error: " | "cannot open @: No such file"
        => "/check.sh: line 4: TOKEN: unbound variable",
           "./x.sh: 3: Syntax error: \"(\" unexpected",
           "/bin/sh: 1: set: Illegal option -o pipefail",
           "x.sh: 2: TOKEN: parameter not set";
    "shell" Program 91 Line:
        "cannot execute binary file" | "Exec format error" | "cannot execute: required file not found"
        => "/bin/sh: 1: /app/tool: Exec format error";

    // The core utilities.
    "coreutils" Program 84 Line:
        "^chown: invalid " | "^chgrp: invalid " | "^chown: unknown user" | "^install: invalid user"
        | "^chmod: invalid mode" | "^useradd: * already exists" | "^groupadd: * already exists"
        | "^adduser: * already exists" | "^addgroup: * already exists" | "^adduser: unknown "
        | "^usermod: * does not exist" | "^useradd: * does not exist" | "^cp: error " | "^tar: *: Cannot "
        | "^tar (child): *: Cannot " | "^tar: can't " | "^tar: invalid " | "^tar: short read"
        | "^tar: * not look like a tar archive" | "does not look like a tar archive" | "not in gzip format"
        | "invalid magic" | "unexpected end of file" | "^unzip:  cannot find" | "cannot find or open"
        | "End-of-central-directory signature not found" | "^sed: *unknown " | "^sed: *unterminated "
        | "^sed: can't read " | "^sed: *invalid " | "^awk: *error" | "^jq: error" | "^parse error: Invalid"
        | "^find: *: No such" | "^patch: \\*\\*\\*\\* *missing" | "^Hunk ## FAILED" | "FAILED at #."
        | "^patch: *malformed*error" | "^error: patch failed: " | "^dd: failed to" | "^date: invalid date"
        | "^@: unrecognized option*invalid" | "^@: invalid option -- " | "^su: *does not exist" | "^ln: * File exists"
        | "^bzip2: *is not a bzip2 file" | "^@: line #: @: Argument list too long" | "Argument list too long"
        | "^groupadd: *invalid" | "^useradd: *invalid" | "^envsubst: *error" | "^ldconfig: *error"
        | "^openssl: *error: Invalid" | "^objcopy: *error" | "^strip: *error" | "^ar: *: No such" | "^cat: invalid"
        => "chown: invalid user: ‘appuser:appuser’",
           "useradd: user 'app' already exists",
           "tar: This does not look like a tar archive",
           "gzip: stdin: not in gzip format",
           "patching file a.c Hunk #1 FAILED at 3.",
           "sed: -e expression #1, char 5: unknown command: `x'";
    "coreutils" Program 45 Line:
        "^tar: Error is not recoverable" | "^tar: Child returned status #" | "^tar: Exiting with failure status"
        => "tar: Error is not recoverable: exiting now";
    "coreutils" Checksum 88 Line:
        "^@: FAILED$" | "^@: FAILED open or read" | "校验和*失败" | "checksum mismatch" | "Checksum mismatch"
        | "%checksum does not match" | "%checksum verification failed" | "checksums do not match" | "SHA256 mismatch"
        | "%hash mismatch" | "hash sum mismatch" | "Hash Sum mismatch" | "digest mismatch"
        | "integrity checksum failed" | "integrity check failed" | "^@: 失败$"
        => "/tmp/tool.tgz: FAILED",
           "verifying x@v1: checksum mismatch",
           "E: Failed to fetch http://deb.example/a.deb  Hash Sum mismatch";
    "coreutils" Checksum 86 Warns:
        "computed checksum did NOT match" | "computed checksums did NOT match"
        | "^sha256sum: *no properly formatted*checksum"
        => "sha256sum: WARNING: 2 computed checksums did NOT match";
    "gpg" Checksum 88 Line:
        "^gpg: BAD signature" | "^gpg: Can't check signature" | "^gpg: keyserver receive failed"
        | "^gpg: no valid OpenPGP data found" | "^gpg: no valid " | "^gpg: *failed: "
        => "gpg: Can't check signature: No public key";

    // The network.
    "curl" Network 90 Line:
        "^curl: (#) *error" | "^curl: (#) Could not resolve" | "^curl: (#) Couldn't" | "^curl: (#) Failed to connect"
        | "^curl: (#) *failed" | "^curl: (#) *timed out" | "^curl: (#) *problem" | "^curl: (#) *reset by"
        | "^curl: (#) *refused" | "^curl: (#) *unexpected" | "^curl: (#) *unsupported" | "^curl: (#) *certificate"
        | "^curl: (#) *failure" | "^curl: (#) *invalid" | "^curl: (#) *illegal" | "^curl: (#) *denied"
        | "^curl: (#) *expected" | "^curl: (#) *aborted"
        => "curl: (6) Could not resolve host: files.example",
           "curl: (22) The requested URL returned error: 404";
    "wget" Network 90 Line:
        "^wget: unable to " | "^wget: bad address" | "^wget: *error" | "^wget: can't connect" | "^wget: *timed out"
        | "ERROR #: " | "^ERROR: cannot verify *certificate" | "^wget: *refused"
        => "wget: unable to resolve host address ‘files.example’",
           "2024-01-01 12:00:00 ERROR 404: Not Found.",
           "wget: server returned error: HTTP/1.1 404 Not Found";

    // Git.
    "git" Git 90 Line:
        "^fatal: Remote branch * not found" | "^fatal: couldn't find remote ref" | "^fatal: repository * not found"
        | "^fatal: repository * does not exist" | "^fatal: '*' does not appear to be a git repository"
        | "^error: pathspec * did not match" | "^fatal: reference is not a tree" | "^fatal: *not a git repository"
        | "^fatal: ambiguous argument" | "^fatal: No url found for submodule" | "^fatal: bad object"
        | "^fatal: invalid reference" | "^fatal: not a valid object name" | "^fatal: Not a valid object name"
        | "^fatal: No names found" | "^fatal: no tag exactly matches" | "^fatal: remote error: "
        | "^fatal: bad revision" | "^fatal: No tags can describe" | "^fatal: invalid refspec"
        | "^fatal: destination path * already exists" | "^remote: Repository not found"
        | "^ERROR: Repository not found" | "^fatal: path '*' does not exist" | "^fatal: 远程分支" | "^致命错误：远程"
        | "^致命错误：仓库" | "^致命错误：无法找到远程引用" | "^致命错误：不是 git 仓库" | "^fatal: 仓库*不存在" | "^fatal: unable to read tree"
        | "did not contain @. Direct fetching of that commit failed"
        | "^fatal: Fetched in submodule path *did not contain" | "remote error: upload-pack: not our ref"
        => "fatal: Remote branch v9 not found in upstream origin",
           "fatal: couldn't find remote ref v9",
           "fatal: repository 'https://git.example/a/' not found",
           "fatal: not a git repository (or any of the parent directories): .git",
           "致命错误：远程分支 v9 在上游 origin 未发现";
    "git" Authentication 91 Line:
        "could not read Username for" | "could not read Password for" | "Authentication failed for"
        | "%permission denied (publickey" | "Host key verification failed" | "HTTP Basic: Access denied"
        | "Support for password authentication was removed" | "Invalid username or password*failed"
        | "Invalid username or token*authentication" | "无法读取*Username" | "认证失败" | "身份验证失败"
        | "The requested URL returned error: 403" | "The requested URL returned error: 401"
        => "fatal: could not read Username for 'https://git.example': No such device or address",
           "git@git.example: Permission denied (publickey).",
           "fatal: Authentication failed for 'https://git.example/a/'";
    "git" Git 62 Line:
        "^fatal: Could not read from remote repository" | "^fatal: clone of * failed"
        | "^fatal: the remote end hung up unexpectedly" | "^fatal: early EOF" | "^fatal: fetch-pack: *invalid"
        | "^Failed to clone " | "^Failed to recurse into submodule"
        => "fatal: clone of 'https://git.example/b' into submodule path '/app/b' failed";
    "git" Permission 88 Line:
        "^fatal: detected dubious ownership" | "^fatal: could not create work tree dir"
        => "fatal: detected dubious ownership in repository at '/app'";
    "git" Git 85 Line:
        "^CONFLICT (" | "%error downloading object: " | "smudge filter lfs failed" | "^fatal: *: smudge filter"
        | "^error: Your local changes * would be overwritten" | "^fatal: refusing to merge unrelated"
        => "Error downloading object: a.bin (1f2): Smudge error: Error downloading a.bin";
}
