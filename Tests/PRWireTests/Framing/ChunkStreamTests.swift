// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestSeed
import Testing

@testable import PRWire

@Suite("Sending messages of any length")
struct ChunkStreamTests {
  private func lines(_ message: [UInt8]) -> [ArraySlice<UInt8>] {
    var out = ByteBuffer()
    ChunkStream.write(ByteBuffer(bytes: message), into: &out)
    return out.bytes.split(separator: ASCII.newline, omittingEmptySubsequences: false)
  }

  private func join(_ message: [UInt8]) throws -> [UInt8] {
    var out = ByteBuffer()
    ChunkStream.write(ByteBuffer(bytes: message), into: &out)
    var framer = LineFramer(limit: 32_767)
    var assembler = MessageAssembler(limit: .max)
    framer.append(out)
    while let line = try framer.next() {
      guard let joined = try assembler.accept(line) else { continue }
      #expect(framer.pendingBytes == 0)
      return joined.bytes
    }
    return []
  }

  @Test("below 32,767 bytes a message is its line", arguments: [0, 1, 100, 32_765, 32_766])
  func plain(length: Int) {
    let message = [UInt8](repeating: 0x61, count: length)
    #expect(lines(message) == [message[...], []])
  }

  @Test(
    "from 32,767 bytes on it is an opening, pieces as long as may be, and an empty line",
    arguments: [
      (32_767, [32_767]), (32_768, [32_767, 1]), (65_533, [32_767, 32_766]), (65_534, [32_767, 32_767]),
      (65_535, [32_767, 32_767, 1]), (100_000, [32_767, 32_767, 32_767, 1_699]),
    ])
  func pieces(length: Int, pieces: [Int]) throws {
    let message = (0..<length).map { UInt8(0x61 + $0 % 26) }
    let lines = lines(message)
    #expect(lines.first.map { String(decoding: $0, as: UTF8.self) } == #"{"chunk-stream":null}"#)
    #expect(lines.dropFirst().map(\.count) == pieces + [0, 0])  // the empty line, and nothing after its ending
    #expect(try join(message) == message)
  }

  @Test("blanks alone are cut as other bytes are, in pieces as long as may be", arguments: [0, 1, 40_000])
  func onlyBlanks(head: Int) throws {
    let message = [UInt8](repeating: 0x61, count: head) + [UInt8](repeating: ASCII.space, count: 100_000)
    #expect(lines(message).dropFirst().dropLast(2).count <= 6)
    #expect(try join(message) == message)
  }

  @Test("no piece ends in a blank, and none is lost for it", arguments: [1, 2, 100, 32_765, 32_766])
  func blanks(count: Int) throws {
    let blanks = [UInt8](repeating: ASCII.space, count: count)
    for tail in [1, 5, 40_000] {
      let message = [UInt8](repeating: 0x61, count: 32_767 - count) + blanks + [UInt8](repeating: 0x62, count: tail)
      let pieces = lines(message).dropFirst().dropLast(2)
      #expect(pieces.allSatisfy { $0.last?.isBlank == false && $0.count <= 32_767 })
      #expect(pieces.first?.count == 32_767 - count)
      #expect(try join(message) == message)
    }
  }

  @Test("whatever the bytes, the pieces keep the rules and join to the message", arguments: Seed.several(4))
  func random(seed: Seed) throws {
    var numbers = seed.numbers
    for _ in 0..<6 {
      let letters = "a   \t{\":,}".bytes
      var message = (0..<Int.random(in: 32_000...100_000, using: &numbers)).map { _ in
        letters.randomElement(using: &numbers)!
      }
      message.append(ASCII.closeBrace)
      let lines = lines(message)
      #expect((lines.count == 2) == (message.count < 32_767), "\(seed)")
      #expect(lines.allSatisfy { $0.count <= 32_767 && $0.last?.isBlank != true }, "\(seed)")
      #expect(try join(message) == message, "\(seed)")
    }
  }

  @Test("a buffer that was read from before is sent from where it stands")
  func offsetBuffer() {
    var message = ByteBuffer(string: "goneleft")
    message.moveReaderIndex(forwardBy: 4)
    #expect(ByteBuffer.text { ChunkStream.write(message, into: &$0) } == "left\n")
  }
}
