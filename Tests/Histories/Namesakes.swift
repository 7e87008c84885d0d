// SPDX-License-Identifier: Apache-2.0

/// No value of a package belongs to two checksums, on whatever nodes they were answered.
package enum Namesakes {
  /// - Parameter history: all requests for a package, on all nodes.
  /// - Returns: two requests whose answers give one value to two checksums; nil if there are none.
  package static func find(in history: [Call]) -> (Call, Call)? {
    var holders: [Value: (checksum: Checksum, call: Call)] = [:]
    for call in history {
      for (value, checksum) in call.namedValues {
        guard let known = holders[value] else {
          holders[value] = (checksum, call)
          continue
        }
        if known.checksum != checksum { return (known.call, call) }
      }
    }
    return nil
  }
}
