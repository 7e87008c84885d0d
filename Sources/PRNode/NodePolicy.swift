// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How a node answers.
public struct NodePolicy: Sendable {
  public var numbering: Numbering
  /// What a read-only node says to a tuple without a value on record.
  public var onMiss: OnMiss

  public init(numbering: Numbering = .partitioned(.root), onMiss: OnMiss = .refuse) {
    self.numbering = numbering
    self.onMiss = onMiss
  }
}
