//! Rules for test runners and assertions.

use crate::explain::rules::rules;

rules! {
    // Python.
    "pytest" Test 90 Line:
        "^E @*%error" | "^E assert " | "^E  *%error" | "^E  *assert" | "^E  *not found" | "^E  *Exception"
        | "^E  *Failed: " | "^E  *DID NOT " | "^E  *%expected" | "^E  *does not" | "^E  *no such" | "^E  *timeout"
        | "^E  *exited" | "^E @*%exception"
        => "E       assert 3 == 4",
           "E   KeyError: 'x'",
           "E       fixture 'db' not found",
           "E   ModuleNotFoundError: No module named 'x'",
           "E   AssertionError: assert 'a' == 'b'";
    "pytest" Test 74 Line:
        "^FAILED @::@" | "^FAILED @.py::" | "^ERROR @.py - *%error" | "^ERROR @::@" | "^@.py:#: @Error$"
        | "^ERROR @.py$" | "^@.py:#: Failed$" | "^@.py:#: @Exception$"
        => "FAILED tests/test_a.py::test_b - assert 3 == 4",
           "ERROR tests/test_a.py - ModuleNotFoundError: No module named 'x'";
    "pytest" Test 62 Names:
        "^_* ERROR collecting @" | "^_* ERROR at * of " | "^ImportError while importing test module"
        | "^ImportError while loading conftest" | "^@.py::@ FAILED" | "^@.py::@ ERROR"
        => "_______ ERROR collecting tests/test_a.py _______",
           "ImportError while loading conftest '/app/conftest.py'.",
           "tests/test_a.py::test_b FAILED                       [ 50%]";
    "pytest" Test 88 Line:
        "^ERROR: file or directory not found: " | "error: unrecognized arguments: "
        | "^FAIL Required test coverage of" | "^Coverage failure: total of" | "^ERROR: usage: "
        | "^FAIL Required test coverage" | "^ERROR: Coverage failure"
        => "ERROR: file or directory not found: test",
           "FAIL Required test coverage of 80% not reached. Total coverage: 71.5%";
    "pytest" Test 45 Line:
        "^=* # failed*in #" | "^=* # error*in #" | "^=* FAILURES =" | "^=* ERRORS =" | "^FAILED (*failures=#"
        | "^FAILED (*errors=#" | "^!* Interrupted: # error" | "^Interrupted: # error"
        => "=========== 1 failed, 3 passed in 0.12s ===========",
           "FAILED (failures=1)",
           "!!!!!! Interrupted: 1 error during collection !!!!!!";
    "unittest" Test 62 Names:
        "^FAIL: @ (" | "^ERROR: @ (" | "^@ (@) ... FAIL$" | "^@ (@) ... ERROR$" | " ... FAIL$" | " ... ERROR$"
        => "FAIL: test_total (tests.test_order.OrderTest)",
           "ERROR: test_total (tests.test_order.OrderTest.test_total)",
           "test_total (test_order.OrderTest.test_total) ... FAIL";

    // Assertions of any language.
    "" Test 88 After:
        "^AssertionError" | "^@Test*: AssertionError" | "AssertionError [ERR_ASSERTION]" | "^AssertionError ["
        | "java.lang.AssertionError" | "AssertionFailedError" | "ComparisonFailure: " | "^assertion `*` failed"
        | "^assertion failed: " | "^Error: expect(" | "^panicked at 'assertion failed" | "Assertion failed.$"
        | "^Failed asserting that " | "Assert.*() Failure" | "^AssertionError: expected" | "^Error: Assertion failed"
        | "^Assertion failed: " | "Test::AssertionFailedError" | "Minitest::Assertion"
        => "AssertionError: 3 != 4",
           "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:",
           "org.opentest4j.AssertionFailedError: expected: <3> but was: <4>",
           "assertion `left == right` failed",
           "Failed asserting that 4 matches expected 3.",
           "Assert.Equal() Failure: Values differ";
    "" Test 84 Line:
        "^expect(*received" | "^expect(*).*expected" | "^Expected values to be" | "^Expected equality of these values"
        | "^error: '*%expected" | "^error: '*%error" | "^error: '" | "^[ERROR] *:# *expected"
        | "^[ERROR] @:# *%expected" | "^error: >-*%expected" | "^error: \"*%expected" | "^error: |-*%expected"
        | "^The expression evaluated to a falsy value"
        => "expect(received).toBe(expected) // Object.is equality",
           "Expected values to be strictly equal:",
           "Expected equality of these values:",
           "error: 'Expected values to be strictly equal:\\n\\n3 !== 4\\n'",
           "[ERROR]   CartTest.total:12 expected: <3> but was: <4>";

    // Jest, Vitest, Mocha, node:test.
    "jest" Test 86 Names: "^● * › " => "● cart › total";
    "jest" Test 60 Names:
        "^● *failed to run" | "^✘ [fail]: " | "^✖ [fail]: " | "^FAIL @" | "^✕ *failed" | "^not ok # " | "^not ok  # "
        | "^✖ failing tests" | "^# failing" | "^Error: Test timed out" | "^✖ *failed" | "^FAIL  @"
        => "FAIL src/cart.test.js",
           "not ok 2 - total",
           "● Test suite failed to run";
    "jest" Test 88 Line:
        "Exceeded timeout of # ms for a " | "coverage threshold for *does not meet" | "^Error: Test timed out in"
        | "^Error: Timeout of #ms exceeded" | "^thrown: \"Exceeded timeout" | "^No tests found, exiting with code"
        | "^No test files found, exiting with code"
        => "thrown: \"Exceeded timeout of 5000 ms for a test.",
           "No tests found, exiting with code 1",
           "thrown: \"Exceeded timeout of 5000 ms for a hook.";
    "jest" Test 45 Line:
        "^Tests: *# failed" | "^Test Suites: # failed" | "^Test Files *# failed" | "^Tests  *# failed"
        | "^Failed Tests #" | "^\\# fail #" | "^⎯* Failed Tests" | "^⎯* Failed Suites"
        => "Tests:       1 failed, 3 passed, 4 total",
           "Test Files  1 failed (1)";

    // Go, Rust, C++.
    "go" Test 89 GoTest: "^@_test.go:#: " => "cart_test.go:12: total = 9, want 10";
    "go" Test 62 Names: "^--- FAIL: " => "--- FAIL: TestTotal (0.00s)";
    "go" Test 45 Line:
        "^FAIL\t" | "^FAIL example" | "^FAIL $" | "^FAIL @ #.#s" | "^FAIL @ [build failed]" | "^FAIL @ [setup failed]"
        => "FAIL\texample.com/cart\t0.004s";
    "rust" Test 62 Names: "^test * ... FAILED" => "test tests::total ... FAILED";
    "cargo" Test 50 Line:
        "^error: test failed, to rerun" | "^test result: FAILED" | "^error: doctest failed"
        => "error: test failed, to rerun pass `--lib`",
           "test result: FAILED. 3 passed; 1 failed; 0 ignored";
    "rust" Program 82 Next:
        "^thread '*' panicked at @:#:#:$" | "^thread '*' (#) panicked at @:#:#:$"
        => "thread 'tests::total' panicked at src/lib.rs:12:9:";
    "rust" Program 86 Line:
        "^thread '*' panicked at '" | "^thread '*' has overflowed its stack"
        => "thread 'main' panicked at 'no config: NotFound', src/main.rs:3:5";
    "ctest" Test 62 Names:
        "\\*\\*\\*Failed" | "^# - @ (Failed)" | "\\*\\*\\*Exception: " | "\\*\\*\\*Timeout" | "^[  FAILED  ] @"
        => "1/3 Test #1: codec ............................***Failed    0.01 sec",
           "[  FAILED  ] Cart.Total (0 ms)";
    "ctest" Test 45 Line:
        "^The following tests FAILED" | "^Errors while running CTest" | "^#\\% tests passed, # tests failed"
        | "^[  FAILED  ] # test"
        => "The following tests FAILED:",
           "67% tests passed, 1 tests failed out of 3";
    "gtest" Test 87 Line:
        "^@:#: Failure" | "^@:#: FAILED:" | "^@(#): FAILED" | "^@(#): ERROR: CHECK" | "^@(#): error: in \""
        => "/app/cart_test.cc:12: Failure",
           "cart_test.cpp:12: FAILED:";

    // Java, Ruby, PHP, .NET, Perl.
    "junit" Test 63 Names:
        "<<< FAILURE!" | "<<< ERROR!" | "^@ > * FAILED$"
        => "[ERROR] com.x.CartTest.total -- Time elapsed: 0.01 s <<< FAILURE!",
           "CartTest > total() FAILED";
    "rspec" Test 88 Line: "^Failure/Error: " => "Failure/Error: expect(cart.total).to eq(10)";
    "rspec" Test 50 Line:
        "^# examples, # failure" | "^# runs, # assertions, # failure" | "^# tests, # assertions, # failure"
        | "^There was # failure" | "^There were # failures" | "^FAILURES!" | "^Failed!  - Failed: "
        | "^Tests: #, Assertions: #, *Failures: #" | "^Test Run Failed" | "^Result: FAIL$" | "^Failed examples:"
        => "3 examples, 1 failure",
           "Failed!  - Failed:     1, Passed:     2, Skipped:     0, Total:     3",
           "Tests: 3, Assertions: 3, Failures: 1.";
    "scalatest" Test 86 Line:
        "^[info] *\\*\\*\\* FAILED \\*\\*\\*$"
        => "[info] - should sum *** FAILED ***";
    "scalatest" Test 50 Line:
        "^[error] Failed tests:$" | "^[error] (*) sbt.TestsFailedException"
        => "[error] Failed tests:",
           "[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful";
    "dotnet" Test 62 Names: "^Failed @.@ [" | "^[xUnit.net *] *[FAIL]" => "Failed Tests.CartTest.Total [3 ms]";
    "minitest" Test 64 Names:
        "^Failure:$" | "^\\# *Failed test '" | "^\\# *Failed test at" | "^\\# *Failed test ("
        => "Failure:";
    "dotnet" Test 84 Next: "^Error Message:$" => "Error Message:";
}
