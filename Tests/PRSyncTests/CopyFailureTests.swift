// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRSync

@Suite("A copy that fails")
struct CopyFailureTests {
  private let begin = ContinuousClock.now

  @Test(
    "is shown once, a minute after its first failure, and an hour after it where the upstream cannot be reached",
    arguments: [(false, 60), (true, 3600)])
  func patience(isConnection: Bool, seconds: Int) {
    var failure = CopyFailure()
    var shown: [Int] = []
    for second in stride(from: 0, to: 2 * seconds, by: 30)
    where failure.failed(isConnection: isConnection, at: begin + .seconds(second)) { shown.append(second) }
    #expect(shown == [seconds])
  }

  @Test("is shown again after something was pulled, until it is whole")
  func progress() {
    var failure = CopyFailure()
    #expect(failure.failed(isConnection: false, at: begin) == false)
    #expect(failure.failed(isConnection: false, at: begin + .seconds(60)) == true)
    failure.worked()
    #expect(failure.failed(isConnection: false, at: begin + .seconds(61)) == true)
    failure.arrived()
    #expect(failure.failed(isConnection: false, at: begin + .seconds(200)) == false)
  }
}
