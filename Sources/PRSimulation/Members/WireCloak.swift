// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Stands where TLS would: what OpenSSL and the system's random numbers have made, and what has a length of its own in each run, goes
/// over the wire as a number, and is put back at the other end. So certificates are real, and a run is the same each time.
///
/// Such are certificates, requests and revocation lists as PEM, digests of 64 hexadecimal digits, and ids and nonces of 16.
final class WireCloak: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let table: CloakTable
  /// The beginning of a number whose end has not come yet.
  private var rest: [UInt8] = []

  init(_ table: CloakTable) { self.table = table }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = Array(unwrapOutboundIn(data).readableBytesView)
    context.write(wrapOutboundOut(ByteBuffer(bytes: table.hide(bytes))), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = rest + unwrapInboundIn(data).readableBytesView
    let (shown, rest) = table.show(bytes)
    self.rest = rest
    if !shown.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: shown))) }
  }
}

/// The texts that go over the wire as numbers, in the order in which they were sent first.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class CloakTable: @unchecked Sendable {
  private var texts: [[UInt8]] = []
  private var numbers: [[UInt8]: UInt32] = [:]

  /// No JSON has it: in texts it is escaped.
  private static let mark: UInt8 = 1
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)

  func hide(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    // What goes as it is, from here on.
    var (plain, place) = (0, 0)
    bytes.withUnsafeBufferPointer { text in
      while place < text.count {
        let byte = text[place]
        var end = place
        if byte == 0x2D {
          end = Self.endOfPEM(bytes, place) ?? place
        } else if Self.isDigit(byte) {
          while end < text.count, Self.isDigit(text[end]) { end += 1 }
          if end - place != 16, end - place != 64 {
            place = end
            continue
          }
        }
        if end > place {
          out += text[plain..<place]
          write(Array(text[place..<end]), to: &out)
          (plain, place) = (end, end)
        } else {
          place += 1
        }
      }
    }
    return out + bytes[plain...]
  }

  private func write(_ text: [UInt8], to out: inout [UInt8]) {
    let number: UInt32
    if let known = numbers[text] {
      number = known
    } else {
      number = UInt32(clamping: texts.count)
      texts.append(text)
      numbers[text] = number
    }
    out.append(Self.mark)
    out += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// - Returns: the bytes as they were, and the beginning of a number at the end.
  func show(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
    guard bytes.contains(Self.mark) else { return (bytes, []) }
    var out: [UInt8] = []
    var place = 0
    while place < bytes.count {
      guard bytes[place] == Self.mark else {
        out.append(bytes[place])
        place += 1
        continue
      }
      guard place + 5 <= bytes.count else { return (out, Array(bytes[place...])) }
      let number = (0..<4).reduce(0) { $0 | Int(clamping: bytes[place + 1 + $1]) << (8 * $1) }
      if texts.indices.contains(number) { out += texts[number] }
      place += 5
    }
    return (out, [])
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x66
  }

  /// Where a text as PEM ends that begins here, its last line's end not counted.
  private static func endOfPEM(_ bytes: [UInt8], _ place: Int) -> Int? {
    guard bytes[place...].starts(with: begin) else { return nil }
    var next = place + begin.count
    while next < bytes.count {
      guard let dash = bytes[next...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
      if bytes[dash...].starts(with: end) {
        let label = dash + end.count
        guard let close = bytes[label...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
        return min(close + 5, bytes.count)
      }
      next = dash + 1
    }
    return nil
  }
}
