// SPDX-License-Identifier: Apache-2.0

/// Two requests that show by themselves that an answer of a node went down.
package enum Descent {
  /// - Parameter history: all requests of a node for a package.
  /// - Returns: an allocation, and one without history that began after its end and was answered less; nil if there is
  ///   none. The second is the first of its kind to end.
  package static func find(in history: [Call]) -> (Call, Call)? {
    let allocations = history.filter { if case .allocate = $0.question { $0.greatestNamed != nil } else { false } }
    for later in allocations.sorted(by: { $0.end < $1.end }) {
      guard case .allocate(_, history: false) = later.question, let value = later.greatestNamed else { continue }
      let before = allocations.filter { $0.end < later.start && $0.greatestNamed.map { $0 > value } ?? false }
      if let earlier = before.min(by: { $0.end < $1.end }) { return (earlier, later) }
    }
    return nil
  }
}
