//! General rules: they apply to lines that no rule of a single tool names.

use crate::explain::rules::rules;

rules! {
    "git" Git 75 Line: "^fatal: " | "^致命错误：" => "fatal: something new", "致命错误：新的";
    "git" Network 80 Line:
        "^fatal: unable to access " | "^fatal: unable to connect to" | "^error: RPC failed"
        | "^fetch-pack: unexpected disconnect"
        => "fatal: unable to access 'https://git.example/a/': Empty reply from server";
    "npm" Program 42 Line:
        "^npm ERR! " | "^npm error "
        => "npm ERR! cb() never called!",
           "npm error A complete log of this run can be found in: /home/build/.npm/_logs/x.log";
    "apt" Dependency 74 Line:
        "^E: *%error" | "^E: *%unable to" | "^E: *%could not" | "^E: *%failed" | "^E: *%cannot" | "^E: *not found"
        | "^E: *%invalid" | "^E: *%unknown" | "^E: *does not" | "^E: *is not" | "^E: *%no such"
        => "E: Type 'foo' is not known on line 1 in source list /etc/apt/sources.list";
    "shell" Permission 88 Line:
        "^@: #: @: Permission denied" | "^@: line #: @: Permission denied" | "^@: @: Permission denied$"
        | "^@: #: cannot create @: Permission denied" | "权限不够" | "^exec @: permission denied"
        | "Operation not permitted" | "%permission denied$" | "EACCES: permission denied" | "不允许的操作"
        | "%read-only file system"
        => "/bin/sh: 1: ./run.sh: Permission denied",
           "bash: ./run.sh: 权限不够",
           "mkdir: cannot create directory '/x': Permission denied",
           "chown: changing ownership of '/x': Operation not permitted";
    "coreutils" MissingFile 85 Line:
        "^@: *: No such file or directory$" | "^@: No such file or directory$" | "没有那个文件或目录"
        | "^@: #: cannot open @: No such file" | "^@: #: cannot create @: Directory nonexistent"
        | "^@: #: cd: can't cd to " | "^@: line #: cd: *: No such file or directory" | "can't cd to "
        | "omitting directory" | "^@: *: Is a directory" | "^@: *: Not a directory" | "^@: can't open *: No such file"
        | "^@: can't stat *: No such file" | "^@: cannot stat *: No such file" | "^@: cannot access *: No such file"
        | "略过目录" | "cannot create *: Directory nonexistent" | "%cannot open file *: No such file"
        | "^ls: cannot access" | "无法获取*的文件状态"
        => "cp: 无法获取'a' 的文件状态(stat): 没有那个文件或目录",
           "cat: VERSION: No such file or directory",
           "/bin/sh: 1: cd: can't cd to /app",
           "cp: -r not specified; omitting directory 'src'";
    "" Network 89 Line:
        "SSL certificate problem" | "certificate verify failed" | "x509: certificate" | "self signed certificate"
        | "self-signed certificate" | "unable to get local issuer certificate" | "PKIX path building failed"
        | "unable to find valid certification path" | "server certificate verification failed"
        | "SSLCertVerificationError" | "certificate has expired" | "certificate signed by unknown authority"
        | "failed to verify certificate" | "SSL: CERTIFICATE_VERIFY_FAILED" | "invalid peer certificate"
        | "SELF_SIGNED_CERT_IN_CHAIN" | "UNABLE_TO_VERIFY_LEAF_SIGNATURE" | "ertificate verification failed"
        | "UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate"
        => "fatal: unable to access 'https://git.example/a/': SSL certificate problem: self-signed certificate",
           "x509: certificate signed by unknown authority",
           "javax.net.ssl.SSLHandshakeException: PKIX path building failed";
    "" Network 87 Line:
        "Could not resolve host" | "could not resolve host" | "Couldn't resolve host"
        | "Temporary failure in name resolution" | "Temporary failure resolving"
        | "%temporary error in name resolution" | "server misbehaving" | "%name or service not known" | "no such host"
        | "Name does not resolve" | "%name does not resolve" | "%getaddrinfo ENOTFOUND"
        | "%error*getaddrinfo ENOTFOUND" | "getaddrinfo*failed" | "%getaddrinfo EAI_AGAIN" | "UnknownHostException"
        | "域名解析暂时失败" | "无法解析主机" | "无法解析域名" | "未知的名称或服务" | "server misbehaving: no such" | "dns error: "
        | "Failed to lookup" | "failed to lookup address" | "%unable to resolve host"
        => "fatal: unable to access 'https://git.example/a/': Could not resolve host: git.example",
           "ping: deb.example: Temporary failure in name resolution",
           "java.net.UnknownHostException: repo.example";
    "" Network 83 Line:
        "dial tcp" | "%connection refused" | "ECONNREFUSED" | "%connection timed out" | "%connection reset by peer"
        | "%network is unreachable" | "No route to host" | "TLS handshake timeout" | "i/o timeout"
        | "operation timed out" | "Operation timed out" | "Proxy Authentication Required" | "502 Bad Gateway"
        | "503 Service Unavailable" | "503 Service Temporarily Unavailable" | "504 Gateway Timeout"
        | "504 Gateway Time-out: timeout" | "429 Too Many Requests" | "Read timed out" | "%connect timed out"
        | "SSL connection timeout" | "handshake failure" | "拒绝连接" | "连接超时" | "网络不可达" | "%error: connect ECONNREFUSED"
        | "%error: read ECONNRESET" | "ETIMEDOUT" | "socket hang up" | "%error: socket hang up"
        | "nexpected EOF*error: unexpected" | "Connection closed unexpectedly"
        | "Remote end closed connection without response"
        => "psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: Connection refused",
           "dial tcp 10.0.0.1:443: i/o timeout",
           "502 Bad Gateway";
    "node" Program 80 Line:
        "^@Error: " | "^@Exception: " | "^@Error [@]: " | "^Uncaught @Error: " | "^Uncaught Error: " | "^@Error$"
        | "^@Exception$" | "^@.@: *%exception"
        => "TypeError: Cannot read properties of undefined (reading 'x')",
           "jinja2.exceptions.UndefinedError: 'x' is undefined",
           "java.lang.IllegalStateException: x";
    "ruby" Program 86 Line:
        "^@.rb:#:in *: *(@Error)" | "^@:#:in *%error)$" | "(LoadError)$" | "(NoMethodError)$"
        | "^@.rb:#: syntax error" | "^@Error: *ror" | "(NameError)$" | "(RuntimeError)$" | "^NameError: undefined"
        | "^LoadError: cannot load such file" | "^NoMethodError: undefined" | "^@::@Error: "
        => "app.rb:3:in `<main>': undefined method `x' for nil:NilClass (NoMethodError)";
    "" Builder 55 Line:
        "building at STEP \"*\": error" | "building at STEP \"*failed" | "building at STEP \"*invalid"
        | "building at STEP \"*not found" | "building at STEP \"*no such" | "building at STEP \"*permission denied"
        | "building at STEP \"*unable to" | "building at STEP \"*cannot" | "building at STEP \"*unknown"
        => "Error: building at STEP \"WORKDIR /x\": mkdir failed";
    "buildkit" Builder 6 Line:
        "^ERROR: failed to solve: " | "^failed to solve: " | "^ERROR: failed to build: "
        => "ERROR: failed to solve: something";
    "maven" Program 62 Line:
        "^[ERROR] Failed to execute goal"
        => "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.1.2:test (default-test) on project a: x";
    "bundler" Compile 62 Names:
        "^ERROR in " | "^error during build:" | "^Error in @.vue"
        => "ERROR in ./src/index.js 3:0-20",
           "error during build:";
    "pip" Dependency 90 Line:
        "^ERROR: Could not find a version "
        => "ERROR: Could not find a version that satisfies the requirement flask==99 (from versions: 0.1, 3.0.0)";
    "uv" Dependency 90 Line:
        "^Because "
        => "╰─▶ Because nope was not found in the package registry and you require nope, we can conclude that your requirements are unsatisfiable.";
    "coreutils" Program 83 Line:
        "^@: cannot create " | "^@: can't create " | "^cp: cannot " | "^mv: cannot " | "^rm: cannot " | "^cp: can't "
        | "^mv: can't " | "^touch: cannot " | "^ln: failed to create" | "^install: cannot " | "^chown: cannot "
        | "^chmod: cannot " | "^sort: cannot read"
        => "mkdir: cannot create directory 'x': File exists";
    "" MissingFile 78 Line:
        ": No such file or directory$" | ": no such file or directory$"
        => "tool x: y: No such file or directory";
    "" Other 1 CleanUp:
        "^%cleaning up" | "^%stopping " | "^%tearing down" | "^%shutting down" | "^%uploading "
        => "cleaning up", "Stopping redis", "Uploading coverage report";
    "" Other 34 Line:
        "^Error: # * failed$" | "^error: # * failed$" | "^ERROR: # * failed$"
        => "Error: 1 chart(s) linted, 1 chart(s) failed";
    "" Other 22 Line: "^[ERROR] Found # error" => "[ERROR] Found 1 error";
    "java" Program 83 Line:
        "^Exception in thread "
        => "Exception in thread \"main\" java.lang.IllegalStateException: no port";
}
