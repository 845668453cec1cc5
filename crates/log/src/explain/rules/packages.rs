//! Rules for package managers.

use crate::explain::rules::rules;

rules! {
    // npm, yarn, pnpm.
    "npm" Dependency 90 Line:
        "404 Not Found - GET " | "^npm ERR! 404 Not Found" | "^npm error 404 Not Found"
        | "ERESOLVE unable to resolve dependency tree" | "ERESOLVE could not resolve"
        | "No matching version found for" | "can only install packages when your package.json and"
        | "can only install with an existing package-lock.json" | "^npm ERR! Missing script: "
        | "^npm error Missing script: " | "^npm ERR! missing script: " | "^npm ERR! notsup *%unsupported"
        | "^npm error notsup *%unsupported" | "^npm ERR! engine *%unsupported" | "^npm error engine *%unsupported"
        | "Unsupported platform for " | "^npm ERR! enoent *%could not read" | "^npm error enoent *%could not read"
        | "^npm ERR! Invalid package name: error" | "^npm ERR! Invalid tag name"
        | "^npm ERR! code EINVALIDTAGNAME: error" | "^npm error Invalid tag name" | "^npm ERR! JSON.parse "
        | "^npm error JSON.parse " | "^npm ERR! Failed to parse json" | "^npm ERR! No workspaces found"
        | "^npm error No workspaces found" | "^npm ERR! Unexpected token*JSON" | "^npm ERR! Invalid Version"
        | "^npm error Invalid Version" | "^npm ERR! Cannot read propert" | "^npm error Cannot read propert"
        => "npm ERR! 404 Not Found - GET https://registry.npmjs.org/nope - Not found",
           "npm error ERESOLVE unable to resolve dependency tree",
           "npm ERR! notarget No matching version found for left-pad@9.",
           "npm error Missing script: \"build\"",
           "npm ERR! `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.";
    "npm" MissingFile 90 Line:
        "^npm ERR! enoent ENOENT: no such file" | "^npm error enoent ENOENT: no such file"
        => "npm ERR! enoent ENOENT: no such file or directory, open '/app/package.json'";
    "npm" Network 89 Line:
        "^npm ERR! network request to *failed" | "^npm error network request to *failed"
        | "^npm ERR! request to *failed" | "^npm error request to *failed" | "^npm ERR! *ECONNREFUSED *"
        | "^npm ERR! network timeout at" | "^npm error network timeout at" | "^npm ERR! *self*signed certificate"
        | "^npm error *self*signed certificate"
        => "npm ERR! network request to https://registry.npmjs.org/x failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org",
           "npm error request to https://npm.example/x failed, reason: certificate has expired";
    "npm" Authentication 89 Line:
        "^npm ERR! 401 Unauthorized" | "^npm error 401 Unauthorized" | "^npm ERR! 403 403 Forbidden"
        | "^npm error 403 403 Forbidden" | "^npm ERR! *%incorrect or missing password"
        | "^npm ERR! Unable to authenticate" | "^npm error Unable to authenticate"
        | "^npm error *%incorrect or missing password" | "^npm ERR! 403 Forbidden" | "^npm error 403 Forbidden"
        | "^npm ERR! need auth" | "^npm error need auth"
        => "npm ERR! 403 403 Forbidden - GET https://npm.example/x",
           "npm error Unable to authenticate, your authentication token seems to be invalid.";
    "npm" Program 48 Line:
        "^npm ERR! code @" | "^npm error code @" | "^npm ERR! Lifecycle script `" | "^npm error Lifecycle script `"
        | "^npm ERR! * ELIFECYCLE" | "^npm ERR! errno " | "^npm error errno " | "^npm ERR! command failed"
        | "^npm error command failed" | "^npm ERR! Failed at the @ " | "^npm ERR! Exit status #"
        | "^npm ERR! syscall " | "^npm ERR! path " | "^npm error path " | "^npm ERR! command " | "^npm error command "
        | "^npm ERR! workspace " | "^npm ERR! Test failed"
        => "npm ERR! code ELIFECYCLE",
           "npm error code E404",
           "npm ERR! Lifecycle script `build` failed with error:";
    "yarn" Dependency 90 Line:
        "^error *: Not found" | "^error Couldn't find " | "^error Your lockfile needs to be updated"
        | "^error Command \"*\" not found" | "^error @: The engine \"*\" is incompatible"
        | "^error Received malformed response" | "^error An unexpected error occurred: "
        | "^error Couldn't find a package.json" | "^error An unexpected " | "lockfile would have been "
        | "Couldn't find a script named" | "doesn't seem to be present in your lockfile" | "^Usage Error: "
        | "^Internal Error: " | "YN#: *Package not found" | "YN#: *No candidates found"
        | "^error Package \"*\" * not found" | "^error @: The platform \"*\" is incompatible"
        | "^error Incorrect integrity" | "^error There was an error*" | "^error No lockfile in this directory"
        | "^➤ YN#: * doesn't resolve" | "^Type Error: "
        => "error Couldn't find package \"nope\" on the \"npm\" registry.",
           "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
           "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
           "Usage Error: Couldn't find a script named \"build\".",
           "error Command \"biuld\" not found.";
    "yarn" Program 72 Line:
        "^➤ YN#: *%error" | "^➤ YN#: *couldn't be built" | "^error @: Command failed"
        | "^error Found incompatible module"
        => "➤ YN0009: │ sharp@npm:0.32.0 couldn't be built successfully (exit code: 1, logs can be found here: /tmp/x)",
           "error /app/node_modules/sharp: Command failed.";
    "yarn" Program 44 Line:
        "^error Command failed" | "^➤ YN0000: *%failed with errors" | "^info Visit * error"
        | "ELIFECYCLE *Command failed" | "ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL" | "ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL"
        | "ELIFECYCLE *Test failed" | "^error: script \"*\" exited with code" | "^error: \"*\" exited with code"
        => "error Command failed with exit code 1.",
           " ELIFECYCLE  Command failed with exit code 1.";
    "pnpm" Dependency 90 Line:
        "ERR_PNPM_@  *%lockfile" | "ERR_PNPM_OUTDATED_LOCKFILE" | "ERR_PNPM_NO_LOCKFILE"
        | "ERR_PNPM_NO_MATCHING_VERSION*No matching" | "ERR_PNPM_FETCH_@ *Not Found"
        | "ERR_PNPM_FETCH_@ *%unauthorized" | "ERR_PNPM_FETCH_@ *%forbidden" | "ERR_PNPM_NO_SCRIPT*%missing"
        | "ERR_PNPM_UNSUPPORTED_ENGINE" | "ERR_PNPM_@ *%could not" | "ERR_PNPM_@ *%cannot" | "ERR_PNPM_@ *%missing"
        | "ERR_PNPM_@ *not found" | "ERR_PNPM_@ *%error" | "ERR_PNPM_@ *%failed" | "ERR_PNPM_@ *%unsupported"
        | "ERR_PNPM_@ *No such" | "ERR_PNPM_@ *%unmet" | "ERR_PNPM_@ *in the lockfile" | "ERR_PNPM_@ *%incompatible"
        | "ERR_PNPM_@ *does not" | "ERR_PNPM_@ *not in "
        => " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with package.json",
           " ERR_PNPM_FETCH_404  GET https://registry.npmjs.org/nope: Not Found - 404";
    "node-gyp" Program 78 Line:
        "gyp ERR! find Python *is not set" | "gyp ERR! find Python *%could not" | "gyp ERR! stack Error: *not "
        | "gyp ERR! stack Error: *%could not"
        => "gyp ERR! stack Error: Could not find any Python installation to use";
    "node-gyp" Program 46 Line:
        "^gyp ERR! " | "^npm ERR! gyp ERR! " | "^npm error gyp ERR! "
        => "gyp ERR! not ok",
           "npm error gyp ERR! build error";

    // pip, Poetry, uv, Conda.
    "pip" Network 87 Warns:
        "^WARNING: Retrying (*%broken by" | "^WARNING: Retrying (*%error"
        => "WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<x>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/flask/";
    "pip" Dependency 78 Line:
        "^ERROR: Could not find a version *(from versions: none)" | "^ERROR: No matching distribution found"
        => "ERROR: Could not find a version that satisfies the requirement nope (from versions: none)",
           "ERROR: No matching distribution found for flask==99";
    "pip" Dependency 90 Line:
        "is not installed or is not on PATH" | "^ERROR: Could not install packages due to"
        | "^ERROR: Invalid requirement: " | "^ERROR: Could not open requirements file" | "^ERROR: Cannot install "
        | "^error: externally-managed-environment" | "^ERROR: Package '*' requires a different Python"
        | "^ERROR: Ignored the following *error" | "is not installable. Neither 'setup.py' nor 'pyproject.toml' found"
        | "is not a supported wheel on this platform" | "^ERROR: HTTP error # while getting"
        | "^ERROR: Could not detect requirement name" | "^ERROR: File \"setup.py\" *not found"
        | "^ERROR: In --require-hashes mode*error" | "^ERROR: Cannot find command 'git'" | "^ERROR: Cannot uninstall "
        | "^ERROR: The conflict is caused by:" | "^ERROR: Hash*missing" | "^ERROR: Wheel '*' *invalid"
        | "^ERROR: *Invalid "
        => "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'",
           "error: externally-managed-environment";
    "pip" Checksum 89 Line:
        "DO NOT MATCH THE HASHES" | "^ERROR: THESE PACKAGES DO NOT MATCH" | "^ERROR: Hashes are required*missing"
        => "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
    "pip" Program 43 Line:
        "^error: subprocess-exited-with-error" | "^ERROR: Failed building wheel"
        | "^error: metadata-generation-failed" | "^error: command '*' failed" | "^error: command @ failed"
        | "^error: legacy-install-failure" | "^ERROR: Failed to build " | "^ERROR: Could not build wheels"
        | "^ERROR: ResolutionImpossible" | "^ERROR: Exception:" | "^note: This error originates from a subprocess"
        | "^ERROR: Command errored out" | "^Building wheel for * error"
        | "^Building wheel for *: finished with status 'error'" | "^Encountered error while " | "^Failed to build @$"
        | "^python setup.py * did not run successfully" | "^Building wheel for * did not run successfully"
        | "^Getting requirements to build wheel did not run successfully"
        | "^Preparing metadata * did not run successfully"
        | "^Running setup.py install for * did not run successfully"
        | "^Building editable for * did not run successfully" | "^failed-wheel-build-for-install"
        | "^error: could not build"
        => "error: subprocess-exited-with-error",
           "ERROR: Failed building wheel for foo",
           "error: command '/usr/bin/gcc' failed with exit code 1",
           "× python setup.py egg_info did not run successfully.";
    "pip" Program 1 Success: "^Successfully installed " => "Successfully installed flask-3.0.0";
    "poetry" Dependency 90 Line:
        "version solving failed" | "pyproject.toml changed significantly since"
        | "^Unable to find installation candidates" | "%poetry could not find a pyproject.toml"
        | "^Could not find a matching version of package" | "^Current Python version * is not allowed"
        | "^Because * doesn't match any versions" | "^Because * requires " | "^Because no versions of"
        | "^Because *depends on" | "^Group(s) not found" | "poetry.lock is not up to date with pyproject.toml*error"
        | "^Error: pyproject.toml changed" | "^The lock file *is not " | "^Error: poetry.lock is not up to date"
        | "^Error: The lock file"
        => "Because app depends on flask (^99) which doesn't match any versions, version solving failed.",
           "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.";
    "uv" Dependency 91 Line:
        "^error: The lockfile at `uv.lock` needs" | "^error: Distribution not found" | "^error: No interpreter found"
        | "^error: Failed to fetch: " | "^error: Failed to spawn: " | "^error: Failed to download "
        | "^error: Unable to find lockfile" | "^Failed to fetch: `" | "^error: No `pyproject.toml` found"
        | "^error: Requirements file " | "^error: File not found: " | "^error: No virtual environment found"
        => "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided. To update the lockfile, run `uv lock`.";
    "uv" Dependency 62 Line:
        "^No solution found when resolving" | "^Failed to build `" | "^Failed to download and build `"
        | "^The build backend returned an error" | "^Call to `* failed (exit" | "^Failed to download `"
        => "  × No solution found when resolving dependencies:",
           "  × Failed to build `foo==1.0`";
    "conda" Dependency 90 Line:
        "^PackagesNotFoundError: " | "^ResolvePackageNotFound" | "^LibMambaUnsatisfiableError: "
        | "^UnsatisfiableError: " | "^EnvironmentFileNotFound: *not found" | "^Your Pipfile.lock (@) is out of date"
        | "^CondaHTTPError: "
        => "PackagesNotFoundError: The following packages are not available from current channels:";

    // Cargo.
    "cargo" Dependency 90 Line:
        "^error: no matching package " | "^error: failed to select a version" | "requires rustc #"
        | "is not supported by *requires rustc" | "^error: the lock file * needs to be updated"
        | "^error: cannot update the lock file" | "does not have these features" | "does not have feature `"
        | "does not have that feature" | "^error: could not find `Cargo.toml`" | "^error: no bin target named"
        | "^error: toolchain '*' is not installed" | "^error: package ID specification * did not match"
        | "^error: failed to load source for dependency" | "^error: feature `@` is required"
        | "^error: package `*` cannot be built because" | "^error: no such command: " | "^error: no such subcommand: "
        | "^error: target '*' not found*" | "does not contain this feature: " | "the package '*' does not contain"
        | "^error: could not find `@` in registry" | "^error: rustc * is not supported by the following packages"
        | "^error: couldn't find *" | "^error: couldn't read " | "^error: lock file version # requires"
        | "^failed to select a version for" | "^error: the package `*` *does not"
        | "^error: Package `* does not have " | "^Package `*` does not have feature"
        => "error: no matching package named `nope` found",
           "error: failed to select a version for the requirement `serde = \"^99\"`",
           "error: package `foo v1.0.0` cannot be built because it requires rustc 1.80 or newer, while the currently active rustc version is 1.75.0",
           "error: the lock file /app/Cargo.lock needs to be updated but --locked was passed to prevent this";
    "cargo" Dependency 78 Line:
        "^error: failed to get `" | "^error: failed to parse manifest" | "^error: failed to download "
        | "^error: failed to load " | "^error: failed to load source" | "^error: failed to fetch "
        | "^error: failed to resolve " | "^error: Unable to update " | "^error: failed to parse lock file"
        => "error: failed to parse manifest at `/app/Cargo.toml`",
           "error: failed to get `x` as a dependency of package `app v0.1.0`";
    "cargo" Dependency 65 Next: "^Caused by:$" => "Caused by:";

    // apt, apk, dnf and other package managers of systems.
    "apt" Dependency 90 Line:
        "^E: Unable to locate package" | "^E: Package '*' has no installation candidate"
        | "^E: Version '*' for '*' was not found" | "^E: The repository '*' does not have a Release file"
        | "^E: The repository '*' no longer has a Release file" | "^E: Could not get lock"
        | "^E: Couldn't find any package by" | "^E: Could not open lock file"
        | "^E: Release file for *is not valid yet" | "^E: Release file for *%expired" | "^E: 无法定位软件包"
        | "^E: 软件包 *没有可安装候选" | "^E: Malformed entry" | "^E: *Malformed *could not" | "^E: dpkg was interrupted"
        | "^E: Unmet dependencies" | "^E: The list of sources could not be read" | "^E: Unsupported file "
        | "^E: Conflicting values set for" | "^E: Unable to find a source package" | "Depends: *but it is not "
        | "Depends: *but *is to be installed" | "^dpkg: error: cannot access archive" | "^E: Invalid operation"
        => "E: Unable to locate package tini",
           "E: Package 'mysql-client' has no installation candidate",
           "E: The repository 'http://deb.example/debian nope Release' does not have a Release file.",
           " libfoo-dev : Depends: libfoo (= 1) but it is not going to be installed";
    "apt" Network 88 Warns:
        "^E: Failed to fetch" | "^W: Failed to fetch" | "^E: 无法下载" | "^W: 无法下载" | "^Could not connect to @:#"
        => "E: Failed to fetch http://deb.example/a.deb  404  Not Found [IP: 10.0.0.1 80]",
           "W: Failed to fetch http://deb.example/dists/x/InRelease  Something";
    "apt" Dependency 91 Warns:
        "NO_PUBKEY" | "^W: GPG error: "
        => "W: GPG error: http://deb.example stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 1234";
    "apt" Network 76 Line: "^Err:# " | "^错误:# " => "Err:1 http://deb.example/debian bookworm InRelease";
    "apt" Program 76 Line:
        "^dpkg: error processing" | "^dpkg: error: " | "^dpkg: unrecoverable fatal error"
        | "^E: The repository '*' is not signed"
        => "dpkg: error processing package foo (--configure):",
           "E: The repository 'http://deb.example stable InRelease' is not signed.";
    "apt" Dependency 50 Line:
        "^E: Unable to fetch some archives" | "^E: Unable to correct problems"
        | "^E: Sub-process * returned an error code" | "^E: Some index files failed to download"
        | "^Errors were encountered while processing" | "^E: Problem executing scripts" | "^E: Problem renaming"
        | "^E: Sub-process @ exited unexpectedly"
        => "E: Sub-process /usr/bin/dpkg returned an error code (1)",
           "E: Unable to correct problems, you have held broken packages.";
    "apk" Dependency 90 Line:
        "(no such package)" | "^ERROR: *: package mentioned in index not found" | "breaks: world["
        | "^ERROR: *: BAD signature" | "^ERROR: *UNTRUSTED signature" | "^ERROR: Unable to lock database"
        | "^ERROR: Not committing changes due to missing" | "conflicts: *" | "^ERROR: * is not a valid "
        | "^ERROR: '@' is not a valid*"
        => "  nope (no such package):",
           "    breaks: world[nginx=1.99]",
           "ERROR: foo-1.0: BAD signature";
    "apk" Network 86 Warns:
        "^WARNING: Ignoring @: *error" | "^WARNING: Ignoring @: *denied" | "^WARNING: Ignoring @: *refused"
        | "^WARNING: Ignoring @: *timed out" | "^WARNING: fetching @: *error" | "^WARNING: fetching @: *refused"
        | "^WARNING: opening @: *error" | "^WARNING: updating and opening @: *%error" | "^ERROR: @: temporary error"
        | "^ERROR: @: network error" | "^WARNING: Ignoring @: No such file" | "^ERROR: @: *error"
        | "^WARNING: fetching @: *denied" | "^ERROR: *: DNS lookup error" | "^ERROR: *DNS: *error"
        | "^WARNING: updating @: *error" | "^WARNING: updating and opening @: *denied"
        => "WARNING: Ignoring https://dl-cdn.example/v3.19/main: temporary error (try again later)",
           "WARNING: updating and opening https://dl-cdn.example/main: temporary error (try again later)";
    "apk" Dependency 62 Line:
        "^ERROR: unable to select packages" | "^ERROR: unsatisfiable constraints*error"
        => "ERROR: unable to select packages:";
    "dnf" Dependency 90 Line:
        "^Error: Unable to find a match" | "^No match for argument" | "^Error: There are no enabled repositories"
        | "nothing provides " | "^Error: GPG check FAILED" | "^Public key for * is not installed"
        | "No provider of '*' found" | "^error: No package matches" | "^error: target not found: "
        | "^Error: Failed to download metadata" | "^Cannot find a valid baseurl"
        | "Cannot find a valid baseurl for repo" | "^Error: Nothing to do" | "^No package @ available"
        | "^Failed to resolve the transaction" | "^Package '*' not found." | "^Error: Unknown repo: "
        | "^Error: Error downloading packages" | "^conflicting requests*conflict" | "^error: failed retrieving file"
        | "^Error: Unable to find"
        => "Error: Unable to find a match: nope",
           "No match for argument: nope",
           "  - nothing provides libfoo needed by bar-1.0",
           "Error: Failed to download metadata for repo 'base': Cannot download repomd.xml";
    "dnf" Network 86 Line:
        "Curl error (#): " | "Status code: 404 for " | "Status code: # for " | ">>> Status code: #"
        => "  - Curl error (6): Couldn't resolve host name for https://mirror.example/repodata/repomd.xml [x]",
           "  - Status code: 404 for https://mirror.example/repodata/repomd.xml (IP: 10.0.0.1)";
    "dnf" Dependency 64 Line:
        "^Errors during downloading metadata" | "^Problem: " | "^Error: $"
        => "Errors during downloading metadata for repository 'base':",
           " Problem: cannot install the best candidate for the job";

    // Ruby, PHP.
    "bundler" Dependency 90 Line:
        "Couldn't find module or a distribution" | "^Could not find gem '" | "^Could not find gem "
        | "%bundler could not find compatible versions" | "mkmf.rb can't find header files"
        | "^Could not locate Gemfile" | "^Your Ruby version is " | "^ERROR:  Could not find a valid gem"
        | "but your lockfile can't be updated because frozen mode"
        | "^The dependencies in your gemfile changed*lockfile" | "deployment mode after changing"
        | "^Could not find @-@ in " | "^Could not find @ in any of the sources" | "^Your lockfile "
        | "^ERROR:  Error installing @" | "requires Ruby version " | "^Could not fetch specs from"
        => "Could not find gem 'nope' in rubygems repository https://rubygems.org/ or installed locally.",
           "ERROR:  Could not find a valid gem 'nope' (>= 0) in any repository";
    "bundler" Dependency 70 Line:
        "^An error occurred while installing " | "Failed to build gem native extension"
        | "^Bundler::GemNotFound*not found" | "^Gem::Ext::BuildError" | "^extconf.rb failed"
        | "^\\*\\*\\* extconf.rb failed" | "^Could not create Makefile due to"
        => "An error occurred while installing nokogiri (1.15.0), and Bundler cannot continue.",
           "Gem::Ext::BuildError: ERROR: Failed to build gem native extension.";
    "composer" Dependency 90 Line:
        "requires @ *but it does not match" | "requires @ * -> it is missing from your system"
        | "^- Root composer.json requires " | "^- @ requires @ *-> *" | "could not be found in any version"
        | "^Could not find package " | "^Composer could not find a composer.json"
        | "^The \"@\" file could not be downloaded" | "^- Required package \"@\" is not present in the lock file"
        | "is not present in the lock file"
        => "    - Root composer.json requires php ^9 but your php version (8.2.1) does not satisfy that requirement.",
           "    - Root composer.json requires ext-gd * -> it is missing from your system.";
    "composer" Dependency 62 Line:
        "requirements could not be resolved to an installable set" | "^Script * returned with error code"
        | "^Your lock file does not contain a compatible set"
        => "Your requirements could not be resolved to an installable set of packages.",
           "Script @php artisan x handling the post-autoload-dump event returned with error code 1";
}
