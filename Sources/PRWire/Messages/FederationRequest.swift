// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A request that is about the federation and not about revisions. Its fields and its answer are JSON objects whose content is
/// not looked at here: they were checked for being JSON, and are as long as a message may be.
package struct FederationRequest: Hashable, Sendable {
  package let kind: RequestKind
  /// The object with its fields.
  package let fields: String

  /// - Parameter fields: a JSON object.
  package init(_ kind: RequestKind, fields: String) {
    self.kind = kind
    self.fields = fields
  }
}
