// SPDX-License-Identifier: Apache-2.0

/// A key of bits that are spread evenly.
protocol ShardKey: Hashable {
  var bits: UInt64 { get }
}

extension UInt64: ShardKey {
  var bits: UInt64 { self }
}

/// A dictionary in parts that grow one after the other, so that growing never needs the room of two whole ones.
struct ShardedTable<Key: ShardKey, Value> {
  private static var shards: UInt64 { 64 }
  private var parts = [[Key: Value]](repeating: [:], count: Int(clamping: shards))

  subscript(key: Key) -> Value? {
    get { parts[Self.index(of: key)][key] }
    set { parts[Self.index(of: key)][key] = newValue }
  }

  private static func index(of key: Key) -> Int { Int(clamping: key.bits % shards) }
}

/// An array in pieces, which are not moved when it grows.
struct ChunkedArray<Element> {
  private static var chunk: Int { 1 << 14 }
  private var chunks: [[Element]] = []
  private(set) var count = 0

  mutating func append(_ element: Element) {
    if count % Self.chunk == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunk)
    }
    chunks[chunks.count - 1].append(element)
    count += 1
  }

  var indices: Range<Int> { 0..<count }

  /// - Parameter index: one of the indices.
  subscript(index: Int) -> Element {
    get { chunks[index / Self.chunk][index % Self.chunk] }
    set { chunks[index / Self.chunk][index % Self.chunk] = newValue }
  }
}
