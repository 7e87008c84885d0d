// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What is known of the upstream's view before a decision is made.
enum UpstreamResult: Hashable, Sendable {
  /// The node has no upstream.
  case standalone
  /// The upstream was not asked yet.
  case notAsked
  case answered(UpstreamAnswer)
  /// The upstream cannot be asked. The decision rests on the node's rows and its copy of the upstream.
  case unavailable
}
