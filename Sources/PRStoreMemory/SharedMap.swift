// SPDX-License-Identifier: Apache-2.0

/// A dictionary whose copies share what they have in common: changing one of a million values copies a few dozen.
struct SharedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var shards: [[[Key: Value]]] = Array(repeating: Array(repeating: [:], count: Self.width), count: Self.width)

  private static var width: Int { 64 }

  subscript(key: Key) -> Value? {
    get {
      let hash = Self.hash(key)
      return shards[hash.0][hash.1][key]
    }
    set {
      let hash = Self.hash(key)
      shards[hash.0][hash.1][key] = newValue
    }
  }

  subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
    get { self[key] ?? value() }
    _modify {
      let hash = Self.hash(key)
      yield &shards[hash.0][hash.1][key, default: value()]
    }
  }

  private static func hash(_ key: Key) -> (Int, Int) {
    let hash = UInt(bitPattern: key.hashValue)
    return (Int(bitPattern: (hash >> 6) % UInt(bitPattern: width)), Int(bitPattern: hash % UInt(bitPattern: width)))
  }

  /// In no order.
  var keys: [Key] { shards.flatMap { $0.flatMap(\.keys) } }

  /// In no order.
  var values: [Value] { shards.flatMap { $0.flatMap(\.values) } }
}
