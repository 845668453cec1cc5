//! Rules for the image builders and the service that runs them.

use crate::explain::rules::rules;

rules! {
    // How a step ended: the last resort, and the exit code.
    "docker" Program 5 Exit:
        "The command '*' returned a non-zero code: #" | "The command [*] returned a non-zero code: #"
        => "The command '/bin/sh -c make' returned a non-zero code: 2";
    "buildah" Program 5 Exit:
        "building at STEP \"*exit status #" | "building at STEP \"*signal: "
        => "Error: building at STEP \"RUN make\": while running runtime: exit status 2",
           "error building at STEP \"RUN make\": error while running runtime: exit status 1";
    "buildah" Program 4 Exit:
        "^subprocess exited with status #" | "^error running container: * exit status #"
        => "subprocess exited with status 1";
    "buildkit" Program 5 Exit:
        "process \"*\" did not complete successfully: exit code: #" | "executor failed running [*]: exit code: #"
        => "ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 2",
           "executor failed running [/bin/sh -c make]: exit code: 2";
    "service" Builder 2 Line: "the builder exited with code #" => "the build failed: the builder exited with code 1";
    "docker" Builder 40 Line:
        "^Error response from daemon: * failed" | "^Error response from daemon: * error"
        => "Error response from daemon: task failed";
    "docker" Builder 30 Line:
        "^ERROR: Service '*' failed to build"
        => "ERROR: Service 'web' failed to build: Build failed";

    // Files that are not there.
    "docker" MissingFile 90 Line:
        "^COPY failed: " | "^ADD failed: "
        => "COPY failed: file not found in build context or excluded by .dockerignore: stat dist: file does not exist",
           "ADD failed: failed to GET https://files.example/a.tgz with status 404 Not Found: <html>";
    "buildah" MissingFile 90 Line:
        "building at STEP \"COPY *no such file or directory" | "building at STEP \"ADD *no such file or directory"
        | "building at STEP \"*no items matching glob"
        | "building at STEP \"*possible escaping context directory error" | "building at STEP \"ADD *response status"
        | "building at STEP \"ADD *invalid response" | "building at STEP \"ADD *error"
        | "building at STEP \"COPY *error"
        => "Error: building at STEP \"COPY dist/ ./\": checking on sources under \"/tmp/tmp1/\": copier: stat: \"/dist\": no such file or directory",
           "Error: building at STEP \"COPY a b\": no items matching glob \"/tmp/a\" copied (1 filtered out using /tmp/.dockerignore): no such file or directory";
    "buildkit" MissingFile 90 Line:
        "failed to calculate checksum of ref *not found" | "failed to compute cache key: *not found"
        | "failed to calculate checksum *not found" | "^ERROR: \"*\" not found" | "^ERROR: \"*\": not found"
        | "invalid response status #" | "failed to walk *no such file"
        | "failed to solve: *lstat *no such file or directory"
        => "ERROR: failed to calculate checksum of ref 5f::k2: \"/dist\": not found",
           "ERROR: \"/dist\" not found: not found",
           "ERROR: invalid response status 404";
    "" MissingFile 90 Line:
        "evaluating symlinks in build context path: *no such file" | "unable to prepare context: "
        | "failed to read dockerfile: open *no such file" | "no Containerfile or Dockerfile"
        | "Containerfile or Dockerfile does not exist" | "no context directory"
        | "open *%dockerfile*: no such file or directory" | "ERROR: resolve : lstat *no such file"
        | "unable to evaluate symlinks" | "%docker build\" requires " | "path \"*\" not found$"
        | "stat *%containerfile*: no such file or directory" | "stat *%dockerfile*: no such file or directory"
        => "Error: evaluating symlinks in build context path: lstat /tmp/tmp1/app: no such file or directory",
           "unable to prepare context: path \"app\" not found",
           "ERROR: failed to solve: failed to read dockerfile: open Dockerfile.prod: no such file or directory",
           "Error: no Containerfile or Dockerfile specified or found in context directory, /tmp/x: stat /tmp/x/Dockerfile: no such file or directory";
    "buildkit" MissingFile 88 Line:
        "secret @: not found" | "secret @ not found" | "failed to * secret *: not found"
        => "ERROR: secret npmrc: not found";

    // Users and commands.
    "" Dockerfile 91 Line:
        "unable to find user " | "unable to find group " | "no matching entries in passwd file" | "no users found"
        | "unable to find * in /etc/passwd: no such" | "determining run uid: *no such"
        | "determining run uid: *unknown user"
        => "#8 ERROR: unable to find user app: no matching entries in passwd file",
           "Error: building at STEP \"RUN make\": determining run uid: user: unknown user error looking up user \"app\"";
    "" MissingCommand 92 Line:
        "exec: \"*\": executable file not found" | "executable file `*` not found in $PATH"
        | "exec: \"*\": stat *: no such file or directory" | "exec /*: no such file or directory"
        | "executable file not found in $PATH"
        => "runc run failed: unable to start container process: exec: \"yarn\": executable file not found in $PATH",
           "exec /run.sh: no such file or directory";
    "" Permission 92 Line:
        "exec: \"*\": permission denied" | "exec *: permission denied"
        => "OCI runtime create failed: runc create failed: exec: \"/run.sh\": permission denied: unknown";
    "" Program 92 Line: "exec *: exec format error" => "exec /bin/sh: exec format error";

    // The Dockerfile.
    "" Dockerfile 90 Line:
        "%unknown instruction: " | "%dockerfile parse error" | "no stage or image found with that name"
        | "target stage \"*\" could not be found" | "target * could not be found"
        | "failed to reach build target * in Dockerfile" | "building at STEP \"*%unknown flag: "
        | "requires at least one argument" | "requires at least two arguments" | "requires exactly one argument"
        | "requires exactly two arguments" | "requires either one or three arguments" | "%terminated heredoc"
        | "can't find = in" | "ockerfile (*) cannot be empty" | "no build stage in current context"
        | "should not be blank" | "circular dependency detected on stage" | "invalid from flag value *"
        | "Bad number of arguments" | "%unrecognized flag: " | "the destination must be a directory and end with a /"
        | "unexpected end of statement while looking for matching" | "syntax error: unexpected end of file"
        | "invalid containerPort" | "invalid field '*'" | "failed to process \"*\": " | "failed to parse platform"
        | "not a valid platform" | "invalid reference format" | "Unable to determine * from FROM: missing"
        | "invalid stage name" | "invalid name for build stage" | "unknown type * requires at least"
        => "Error response from daemon: dockerfile parse error line 3: unknown instruction: COPPY",
           "Error: COPY --from=builder: no stage or image found with that name",
           "ERROR: failed to solve: target stage \"prod\" could not be found",
           "Error: determining starting point for build: no FROM statement found; failed to process \"${X\": y";
    "" Dockerfile 91 Warns:
        "missing \\\\\"@\\\\\" build argument"
        => "time=\"2024-01-01T00:00:00Z\" level=warning msg=\"missing \\\"BASE\\\" build argument. Try adding \\\"--build-arg BASE=<VALUE>\\\" to the command line\"";
    "" Dockerfile 70 Line:
        "no FROM statement found" | "failed to parse " | "parsing main Dockerfile" | "^Build error" | "error parsing "
        => "Error: determining starting point for build: no FROM statement found";

    // Base images and the way to them.
    "" BaseImage 90 Line:
        "manifest unknown" | "manifest for * not found" | "pull access denied" | "no matching manifest for"
        | "no match for platform in manifest" | "no image found in * for architecture"
        | "short-name * did not resolve" | "short-name resolution enforced"
        | "failed to resolve source metadata for *: not found" | "@:@: not found$" | "reading manifest * not found"
        | "repository name not known" | "name unknown" | "repository does not exist" | "no such image"
        | "name invalid: " | "initializing source *: not found" | "load metadata for *not found"
        | "failed to load metadata *not found"
        => "Error: creating build container: reading manifest 1.2 in registry.example/team/base: manifest unknown",
           "manifest for registry.example/team/base:9 not found: manifest unknown: manifest unknown",
           "pull access denied for team/base, repository does not exist or may require 'docker login'",
           "ERROR: failed to resolve source metadata for registry.example/team/base:9: registry.example/team/base:9: not found";
    "" Network 88 Line:
        "pinging container registry " | "failed to do request: " | "server gave HTTP response to HTTPS client"
        | "toomanyrequests: " | "Too Many Requests" | "reached your * rate limit: "
        | "Error response from daemon: Get *: " | "httpReadSeeker: failed open" | "error pinging docker registry "
        => "Error: creating build container: initializing source docker://alpine:3: pinging container registry registry.example: Get \"https://registry.example/v2/\": dial tcp: lookup registry.example: no such host",
           "ERROR: failed to do request: Head \"https://registry.example/v2/a\": dial tcp 10.0.0.1:443: connect: connection refused";
    "docker" Network 88 Line:
        "^Get \"http*dial tcp" | "^Get \"http*x509: certificate" | "^Get \"http*exceeded" | "^Get \"http*timeout"
        | "^Get \"http*unexpected" | "^Head \"http*dial tcp" | "^Head \"http*x509: certificate"
        | "^Head \"http*exceeded" | "^Get \"http*status code" | "^Get \"http*tp response"
        => "Get \"https://registry-1.docker.io/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
           "Get \"https://registry.example/v2/\": dial tcp: lookup registry.example on 192.0.2.53:53: server misbehaving",
           "Get \"https://registry.example/v2/\": x509: certificate signed by unknown authority";
    "" Authentication 90 Line:
        "failed to authorize: " | "failed to fetch oauth token" | "failed to fetch anonymous token" | "unauthorized: "
        | "no basic auth credentials" | "requested access to the resource is denied"
        | "insufficient_scope: authorization failed" | "^denied: " | "^ERROR: denied: " | "errors: denied: "
        | "%authentication required" | "unexpected status from *: 401 Unauthorized"
        | "unexpected status from *: 403 Forbidden" | "unable to retrieve auth token"
        | "unexpected status code *: 401 Unauthorized"
        => "ERROR: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.example/token: 401 Unauthorized",
           "denied: access forbidden";

    // Pushing.
    "" Push 91 Line:
        "^Error: pushing image" | "^Error: error pushing image" | "%error copying image to the remote destination"
        | "failed to push" | "received unexpected HTTP status" | "push access denied" | "trying to reuse blob *: "
        | "Error: writing blob: " | "error uploading " | "name invalid: *push" | "unexpected HTTP status: 5"
        | "413 Request Entity Too Large" | "Error: failed pushing cache to "
        => "Error: pushing image \"app\" to \"docker://registry.example/app:1\": trying to reuse blob sha256:1 at destination: pinging container registry registry.example: connection refused",
           "received unexpected HTTP status: 501 Not Implemented",
           "Error: failed pushing cache to {{{\"registry.example\" \"team/app/cache\"} \"0123\"}}: trying to reuse blob sha256:1",
           "ERROR: failed to push registry.example/app:1: failed to authorize: failed to fetch oauth token: 401 Unauthorized";

    "service" Push 60 Line:
        "built, but could not be pushed to "
        => "the image was built, but could not be pushed to registry.example/app:1: the builder did not say which image it has pushed";

    // Time limits.
    "service" Timeout 96 Line:
        "time limit of" | "time limit is" | "time limit exceeded" | "exceeded *time limit" | "reached *time limit"
        | "time limit was" | "over *time limit" | "time limit (" | "time limit: " | "time limit reached"
        | "%build timed out" | "%build exceeded" | "timeout exceeded" | "exceeded * timeout" | "DeadlineExceeded"
        | "deadline exceeded" | "%build timeout" | "%job timed out" | "%execution timed out" | "ran into a timeout"
        | "due to timeout" | "timeout of * reached" | "timeout reached" | "stopped: timeout" | "killed*timeout"
        | "timeout: the build" | "TIMEOUT: " | "Timeout: context deadline" | "build *timed out after"
        | "did not finish * within*: timeout" | "build * terminated"
        => "build stopped: the time limit of 10m is over",
           "ERROR: build timed out after 1800 seconds",
           "context deadline exceeded";

    // The builder itself.
    "" Builder 90 Line:
        "%cannot connect to the Docker daemon" | "%error reading from server: EOF"
        | "%failed to get status: rpc error" | "rpc error: code = Unavailable" | "rpc error: code = Internal"
        | "%error creating overlay mount" | "failed to register layer: " | "failed to mount "
        | "unexpected commit digest" | "failed size validation" | "%error creating build container: "
        | "%error mounting " | "%error initializing graphdriver" | "newuidmap" | "user namespaces are not enabled"
        | "error setting up process: " | "failed to create shim task: " | "OCI runtime create failed: "
        | "%permission denied while trying to connect to the Docker daemon" | "%failed to connect to buildkit"
        | "no builder \"*\" found" | "failed to export " | "committing container * error" | "%failed to dial gRPC: "
        | "lease *: not found" | "parent snapshot * does not exist" | "layer does not exist" | "layer not known"
        | "unlinkat *: device or resource busy" | "there might not be enough IDs available in the namespace"
        | "error committing container" | "runtime error: invalid memory address or nil pointer dereference: builder"
        => "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
           "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF";
    "" Builder 89 Line:
        "^error running container: from * creating container for [" | "error during container init: "
        | "error setting rlimit" | "setting \"RLIMIT_@\" limit to *: operation not permitted"
        => "error running container: from /usr/bin/crun creating container for [/bin/sh -c make]: cgroups in hybrid mode not supported, drop all controllers from cgroupv2",
           "Error: building at STEP \"RUN make\": setting \"RLIMIT_NOFILE\" limit to soft=1048576,hard=1048576 (was soft=20000,hard=20000): operation not permitted";
    "docker" Dockerfile 90 Line:
        "^the --@ option requires BuildKit"
        => "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled";
    "compose" Builder 90 Line:
        "^validating *: services.* not allowed$" | "^validating *: services.* must be " | "^yaml: line #: *expected"
        | "^yaml: line #: *cannot"
        => "validating /app/docker-compose.yml: services.web additional properties 'buildd' not allowed";
    "docker" Builder 90 Line:
        "^network @ not found$" | "^error checking context: " | "%build canceled by " | "%build cancelled by "
        | "%build was canceled" | "%build was cancelled"
        => "network build_default not found",
           "error checking context: 'no permission to read from '/tmp/a/data/PG_VERSION''.",
           "build canceled by user";
    "" Builder 60 Line:
        "%failed to receive status: " | "rpc error: code = " | "^Error: creating build container: "
        | "^Error: error creating build container: " | "^Error: determining starting point" | "^Error: committing "
        | "^Error: reading "
        => "ERROR: failed to receive status: rpc error: code = Canceled desc = context canceled";
}
