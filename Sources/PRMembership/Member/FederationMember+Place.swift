// SPDX-License-Identifier: Apache-2.0

extension FederationMember {
  /// Waits until the store has joined anew, by a command.
  ///
  /// - Parameter limit: for so long at most; nil: without an end.
  /// - Returns: whether it has.
  func waitForAnotherPlace(atMost limit: Duration? = nil) async -> Bool {
    let (before, begin) = (membership, part.environment.instant())
    while !Task.isCancelled {
      let left = limit.map { $0 - (part.environment.instant() - begin) } ?? Self.look
      guard left > .zero else { return false }
      await part.environment.pause(min(left, Self.look))  // a command in another process gives no signal
      try? await takeStored()
      guard membership == before else { return true }
    }
    return false
  }

  private static let look = Duration.seconds(5)
}
