//! Words that any program may print: they apply to lines that no other rule names.

use crate::explain::rules::rules;

rules! {
    "" Program 70 Line:
        "^error: " | "^Error: " | "^ERROR: " | "^错误: *" | "^错误："
        => "error: something is wrong",
           "Error: something is wrong",
           "错误：坏了";
    "" Program 66 Line:
        "^ERROR failed " | "^FATAL: " | "^FATAL " | "^Fatal: " | "^Error - " | "^fatal error: " | "^[FATAL] " | "^[error] "
        | "^E0#*%error" | "^ERR *%error" | "^error - " | "^@: fatal: " | "^@: error: " | "^@: Error: " | "^@: ERROR: "
        | "^@: 错误" | "^@: 致命错误" | "^Failed to " | "^Cannot " | "^Unable to " | "^Could not " | "^failed to "
        | "^cannot " | "^could not " | "^unable to " | "^@: %failed to " | "^@: %cannot " | "^@: %could not "
        | "^@: %unable to " | "^@: can't " | "^@ Exception: " | "^@ Error: " | "~is not installed" | "^error "
        | "^@: %invalid " | "^@: %missing " | "^@: %unknown " | "^@: unrecognized " | "^Invalid " | "^Missing "
        | "^Unknown " | "^@: %undefined " | "^@: no such " | "^@: No such " | "^Abort: " | "^ABORT: " | "^ABORT"
        | "^PANIC: "
        => "FATAL: no config",
           "tool: error: no input",
           "Failed to read config",
           "gen: cannot open input",
           "error bad";
    "" Program 64 Line:
        "^level=error " | "^level=fatal " | " level=error " | " level=fatal " | "\"level\":\"error\"" | "^{\"level\":5#"
        | "^{\"level\":6#"
        => "level=error msg=\"no resolver\" file=cart.graphql",
           "{\"level\":50,\"msg\":\"no resolver\"}";
    "" Program 35 Line:
        "^[ERROR] *%error: " | "[ERROR] *%failed" | "[ERROR]" | "~ERROR: " | "~error: " | "~Error: " | "~ERROR "
        | "~FATAL~" | "~fatal: " | "错误：" | "错误:"
        => "12:00:01 [ERROR] no config",
           "2024-01-01 12:00:00,123 ERROR app: no config",
           "app failed with error: x";
    "" Other 25 Line:
        "~failed~" | "~Failed~" | "~FAILED~" | "~failure~" | "~cannot " | "~could not " | "~unable to "
        | "~not found~" | "~denied~" | "~refused~" | "~invalid~" | "~missing~" | "~unknown " | "~aborted~"
        | "~aborting~" | "~mismatch~" | "~timed out~" | "~exception~" | "~unexpected~" | "~does not exist"
        | "~is not set" | "~expected *~got~" | "~no such " | "~exceeded *limit*exception" | "~already exists"
        | "~requires " | "~unsupported~" | "~undefined " | "~conflict~" | "失败" | "无法" | "找不到" | "不存在"
        => "12:00:01 build failed",
           "12:00:01 config cannot be read",
           "12:00:01 部署失败";
    "" Other 20 Line:
        "~error~" | "~Error~" | "~ERROR~" | "~errors~" | "~Errors~" | "~ERRORS~" | "错误"
        => "12:00:01 there was an error";
}
