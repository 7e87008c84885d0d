// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  /// A parameter of a statement in PostgreSQL's binary format.
  package enum PostgresParameter {
    case text(String?)
    case bytes([UInt8])
    case number(Int64?)
    case texts([String?])
    case bytesList([[UInt8]?])
    case numbers([Int64?])
    case integers([Int32])

    /// The type's object identifier, as `pg_type` has it.
    var type: UInt32 {
      switch self {
      case .text: Self.textType
      case .bytes: Self.byteaType
      case .number: Self.bigintType
      case .texts: 1009
      case .bytesList: 1001
      case .numbers: 1016
      case .integers: 1007
      }
    }

    private static var byteaType: UInt32 { 17 }
    private static var bigintType: UInt32 { 20 }
    private static var integerType: UInt32 { 23 }
    private static var textType: UInt32 { 25 }

    /// - Returns: nil for NULL.
    var encoded: [UInt8]? {
      switch self {
      case .text(let text): text.map { Array($0.utf8) }
      case .bytes(let bytes): bytes
      case .number(let number): number.map(Self.bytes(of:))
      case .texts(let texts): Self.array(of: Self.textType, texts.map { $0.map { Array($0.utf8) } })
      case .bytesList(let list): Self.array(of: Self.byteaType, list)
      case .numbers(let numbers): Self.array(of: Self.bigintType, numbers.map { $0.map(Self.bytes(of:)) })
      case .integers(let numbers): Self.array(of: Self.integerType, numbers.map(Self.bytes(of:)))
      }
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// One dimension, counted from 1. An empty array has no dimension.
    private static func array(of type: UInt32, _ elements: [[UInt8]?]) -> [UInt8] {
      var out: [UInt8] = []
      out.reserveCapacity(20 + elements.reduce(0) { $0 + 4 + ($1?.count ?? 0) })
      let dimensions: Int32 = elements.isEmpty ? 0 : 1
      let hasNulls: Int32 = elements.contains { $0 == nil } ? 1 : 0
      for field in [dimensions, hasNulls, Int32(bitPattern: type)] { out += bytes(of: field) }
      guard !elements.isEmpty else { return out }
      for field in [Int32(clamping: elements.count), 1] { out += bytes(of: field) }
      for element in elements {
        guard let element else {
          out += bytes(of: -1 as Int32)
          continue
        }
        out += bytes(of: Int32(clamping: element.count))
        out += element
      }
      return out
    }
  }
#endif
