// SPDX-License-Identifier: Apache-2.0
import TestProcesses

// The names that all files of these tests use.
typealias ChildProcess = TestProcesses.ChildProcess
typealias Failure = TestProcesses.Failure
