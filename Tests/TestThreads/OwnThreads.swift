// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs the tests of a suite on threads of their own.
///
/// Swift's cooperative pool has one thread a core. A test that blocks its thread, on a socket, a process or a lock,
/// takes that thread from all other tests; two of them stop every task of the test process on a machine of two cores.
/// Each test with this trait has as many threads as it needs, and so have the tasks that it starts as its children.
package struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }

  /// So many tests with this trait run at the same time: each may start several processes.
  private static let turnstile = Turnstile(places: 2 * max(2, ProcessInfo.processInfo.activeProcessorCount))

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.turnstile.enter()
    defer { Self.turnstile.leave() }
    try await withTaskExecutorPreference(ThreadExecutor.shared) { try await function() }
  }
}

extension Trait where Self == OwnThreads {
  /// For a suite whose tests block threads, or must not wait for those that compute.
  package static var ownThreads: OwnThreads { OwnThreads() }
}
