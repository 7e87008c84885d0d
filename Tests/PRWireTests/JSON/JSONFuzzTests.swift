// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestSeed
import Testing

@testable import PRWire

@Suite("JSON from a hostile peer")
struct JSONFuzzTests {
  static let corpus = [
    #"{"get-pr":{"version":"busybox-1.36.1-r0","pkgarch":"core2-64","checksum":"0f3a","history":false}}"#,
    #"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":12}}"#,
    #"{"export":{"version":null,"pkgarch":"","checksum":"c","colinfo":true}}"#,
    #"[1,-2.5e+1,0.0,true,false,null,"\ud83d\ude00\n\\",{"a":{"b":[]}},"é€😀"]"#,
    #""\u00e9\"\\\/\b\f\n\r\t""#, " [ 1 , { \"a\" : [ ] } ] ", "-0", "null",
  ]

  @Test("Foundation's reader takes and refuses the same texts", arguments: Seed.several(6))
  func sameAsFoundation(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<400 {
      let bytes = Self.mutated(&numbers)
      let scanned = Scanned(bytes, depth: 64)
      guard let reference = FoundationReading(bytes), !Self.isTrailingComma(scanned.error, bytes) else { continue }
      let text = String(decoding: bytes, as: UTF8.self).debugDescription
      #expect((scanned.error == nil) == reference.isValid, "\(text): \(scanned), \(seed)")
      if case .value(.text(let content)) = scanned { #expect(content == reference.text, "\(text), \(seed)") }
    }
  }

  @Test("no bytes whatever trap a reader, and an error lies within the message", arguments: Seed.several(6))
  func neverTraps(seed: Seed) {
    var numbers = seed.numbers
    for round in 0..<500 {
      let bytes = round.isMultiple(of: 2) ? Self.mutated(&numbers) : Self.noise(&numbers)
      for depth in [0, 2, 16] {
        if let error = Scanned(bytes, depth: depth).error {
          #expect((0...bytes.count).contains(error.offset), "\(bytes), \(seed)")
        }
      }
      switch Reading(bytes) {
      case .invalid(let error): #expect((0...bytes.count).contains(error.offset), "\(bytes), \(seed)")
      case .request, .refused, .goodbye: #expect(Scanned(bytes).error == nil, "\(bytes), \(seed)")
      }
    }
  }

  /// Foundation takes a comma in front of a closing bracket; RFC 8259 does not.
  private static func isTrailingComma(_ error: JSONError?, _ bytes: [UInt8]) -> Bool {
    guard let error, error.offset < bytes.count, [ASCII.closeBrace, ASCII.closeBracket].contains(bytes[error.offset])
    else { return false }
    return bytes[..<error.offset].last { !$0.isBlank } == ASCII.comma
  }

  private static func mutated(_ numbers: inout SeededNumbers) -> [UInt8] {
    var bytes = corpus.randomElement(using: &numbers)!.bytes
    let spice = Array("\"\\{}[]:,.-+eEu0129dDnft \t\n\u{1}\u{7F}".utf8) + [0x80, 0xC3, 0xA9, 0xED, 0xA0, 0xF0, 0xFF]
    for _ in 0..<Int.random(in: 0...3, using: &numbers) {
      let place = Int.random(in: 0..<max(1, bytes.count), using: &numbers)
      switch Int.random(in: 0..<5, using: &numbers) {
      case 0 where !bytes.isEmpty: bytes[place] = spice.randomElement(using: &numbers)!
      case 1: bytes.insert(spice.randomElement(using: &numbers)!, at: min(place, bytes.count))
      case 2 where !bytes.isEmpty: bytes.remove(at: place)
      case 3: bytes.removeSubrange(min(place, bytes.count)...)
      default:
        let other = corpus.randomElement(using: &numbers)!.bytes
        bytes.insert(contentsOf: other.suffix(Int.random(in: 0...9, using: &numbers)), at: min(place, bytes.count))
      }
    }
    return bytes
  }

  private static func noise(_ numbers: inout SeededNumbers) -> [UInt8] {
    let letters = Array("{}[]\",:\\u0dtruefalsn1.-e \n\u{E9}".utf8) + [0, 0xFF]
    return (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
      Bool.random(using: &numbers) ? letters.randomElement(using: &numbers)! : .random(in: 0...255, using: &numbers)
    }
  }
}

/// What Foundation makes of the same bytes; nil where it is known to differ from RFC 8259 in what it takes.
private struct FoundationReading {
  let isValid: Bool
  let text: [UInt8]?

  init?(_ bytes: [UInt8]) {
    // It guesses at UTF-16 and UTF-32 from NUL bytes and byte order marks.
    guard !bytes.contains(0), bytes.first ?? 0 < 0x80 else { return nil }
    let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    // It refuses numbers that a Double cannot hold.
    if value == nil, bytes.contains(where: { $0 == ASCII.lowerE || $0 == ASCII.upperE }),
      bytes.contains(where: \.isDigit)
    {
      return nil
    }
    isValid = value != nil
    text = (value as? String).map { Array($0.utf8) }
  }
}
