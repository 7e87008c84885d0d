// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// The fields of an answer to `changes` that are about the origins of its rows: what rows have in common stands once, in
/// `origins`; each row has its place there, its time and its builder in `row_origins`, or null.
struct OriginList {
  private var minters: [RowOrigin.Minter]?
  private var rows: [Listed?]?
  /// Something in the lists is none of theirs.
  private var isBroken = false
  /// Reading stopped at the element after the last that was asked for.
  private(set) var hasTooMany = false

  private struct Listed {
    var minter: Int
    var milliseconds: Int64?
    var asker: String?
  }

  /// Whether there is one for each row, or none at all.
  func fits(_ count: Int) -> Bool {
    guard !isBroken else { return false }
    guard let rows else { return true }
    return rows.count == count
  }

  /// Nil where there are none. An origin that no node would keep is not known.
  var origins: [RowOrigin?]? {
    rows?.map { listed in
      guard let listed, let minters, minters.indices.contains(listed.minter) else { return nil }
      let origin = RowOrigin(minters[listed.minter], milliseconds: listed.milliseconds, asker: listed.asker)
      return origin.isWithinLimits ? origin : nil
    }
  }

  // MARK: Writing

  static func write(_ origins: [RowOrigin?], to out: inout ByteBuffer) {
    var places: [RowOrigin.Minter: Int] = [:]
    var minters: [RowOrigin.Minter] = []
    for case let origin? in origins where places[origin.minter] == nil {
      places[origin.minter] = minters.count
      minters.append(origin.minter)
    }
    out.writeStaticString(#","origins":["#)
    for (index, minter) in minters.enumerated() {
      if index > 0 { out.writeInteger(ASCII.comma) }
      write(minter, to: &out)
    }
    out.writeStaticString(#"],"row_origins":["#)
    for (index, origin) in origins.enumerated() {
      if index > 0 { out.writeInteger(ASCII.comma) }
      guard let origin, let place = places[origin.minter] else {
        out.writeStaticString("null")
        continue
      }
      out.writeString("[\(place),\(origin.milliseconds.map(String.init) ?? "null")")
      if let asker = origin.asker {
        out.writeInteger(ASCII.comma)
        out.writeJSON(string: asker)
      }
      out.writeInteger(ASCII.closeBracket)
    }
    out.writeInteger(ASCII.closeBracket)
  }

  private static func write(_ minter: RowOrigin.Minter, to out: inout ByteBuffer) {
    out.writeStaticString(#"{"store":"#)
    out.writeJSON(string: minter.store)
    out.writeStaticString(#","rule":"#)
    out.writeJSON(string: minter.rule)
    if let member = minter.member {
      out.writeStaticString(#","member":"#)
      out.writeJSON(string: member)
    }
    if let level = minter.level { out.writeString(#","level":\#(level)"#) }
    if let lane = minter.lane {
      out.writeStaticString(#","lane":"#)
      out.writeJSON(string: lane)
    }
    out.writeInteger(ASCII.closeBrace)
  }

  // MARK: Reading

  /// - Returns: whether the field is one of these.
  mutating func read(_ name: JSONText, _ scanner: inout JSONScanner, maximum: Int) throws(JSONError) -> Bool {
    guard scanner.isAtArray() else { return false }
    if name.equals("origins", in: scanner.bytes) {
      minters = try list(&scanner, maximum) { scanner throws(JSONError) in try Self.minter(&scanner) }
      return true
    }
    guard name.equals("row_origins", in: scanner.bytes) else { return false }
    rows = try list(&scanner, maximum) { scanner throws(JSONError) in try Self.listed(&scanner) }
    return true
  }

  private mutating func list<Element>(
    _ scanner: inout JSONScanner, _ maximum: Int, _ element: (inout JSONScanner) throws(JSONError) -> Element?
  ) throws(JSONError) -> [Element] {
    var (found, isTooLong, isBroken): ([Element], Bool, Bool) = ([], false, false)
    defer {
      hasTooMany = hasTooMany || isTooLong
      self.isBroken = self.isBroken || isBroken
    }
    try scanner.array { scanner throws(JSONError) in
      guard found.count < maximum else {
        isTooLong = true
        throw scanner.failure(.trailingBytes)
      }
      if let next = try element(&scanner) { found.append(next) } else { isBroken = true }
    }
    return found
  }

  private static func minter(_ scanner: inout JSONScanner) throws(JSONError) -> RowOrigin.Minter? {
    guard scanner.isAtObject() else {
      _ = try scanner.value()
      return nil
    }
    let bytes = scanner.bytes
    var (store, rule): (String?, String?)
    var minter = RowOrigin.Minter(store: "", rule: "")
    try scanner.object { name, scanner throws(JSONError) in
      switch try scanner.value() {
      case .text(let text) where name.equals("store", in: bytes): store = try text.string(in: bytes)
      case .text(let text) where name.equals("rule", in: bytes): rule = try text.string(in: bytes)
      case .text(let text) where name.equals("member", in: bytes): minter.member = try text.string(in: bytes)
      case .text(let text) where name.equals("lane", in: bytes): minter.lane = try text.string(in: bytes)
      case .integer(let range) where name.equals("level", in: bytes):
        minter.level = bytes.number(range).map { Int(clamping: $0) }
      default: break
      }
    }
    guard let store, let rule else { return nil }
    (minter.store, minter.rule) = (store, rule)
    return minter
  }

  /// The outer nil: it is none of the forms that there are. The inner nil: the origin is not known.
  private static func listed(_ scanner: inout JSONScanner) throws(JSONError) -> Listed?? {
    guard scanner.isAtArray() else {
      if case .null = try scanner.value() { return .some(nil) }
      return nil
    }
    let bytes = scanner.bytes
    var (place, count, isBroken) = (Int?.none, 0, false)
    var listed = Listed(minter: 0)
    try scanner.array { scanner throws(JSONError) in
      switch (count, try scanner.value()) {
      case (0, .integer(let range)): place = bytes.number(range).map { Int(clamping: $0) }
      case (1, .integer(let range)): listed.milliseconds = bytes.number(range)
      case (1, .null): break
      case (2, .text(let text)): listed.asker = try text.string(in: bytes)
      default: isBroken = isBroken || count < 3
      }
      count += 1
    }
    guard let place, !isBroken, count >= 2 else { return nil }
    listed.minter = place
    return .some(listed)
  }
}
