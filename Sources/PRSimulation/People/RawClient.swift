// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A client as BitBake is one: its bytes, and the answers as they come. It shares no code with the program.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class RawClient: @unchecked Sendable {
  package enum Answer: Hashable, Sendable {
    /// Nil for no value.
    case value(String?)
    case refused
    /// The connection ended first, or was not made.
    case lost

    /// As a story has it.
    init(text: String) {
      switch text {
      case "refused": self = .refused
      case "lost": self = .lost
      case "nothing": self = .value(nil)
      default: self = .value(text)
      }
    }
  }

  private let network: Network
  private var end: SimulatedConnection.End?
  private var isOver = false
  private var waiting: CircularBuffer<(Answer) -> Void> = []
  private var unsent = ByteBuffer()
  private var received = ByteBuffer()

  package init(from host: String, to server: String, on network: Network) {
    self.network = network
    unsent.writeString("PRSERVICE 1.0\nneeds-headers: false\n\n")
    network.connect(from: host, to: server) { [self] outcome in
      switch outcome {
      case .refused: lose()
      case .connected(let end) where isOver: end.close()
      case .connected(let end):
        self.end = end
        end.receive = { [unowned self] in receive($0) }
        flush()
      }
    }
  }

  package func get(
    _ package: String, _ pkgarch: String, _ checksum: String, history: Bool = false,
    _ answer: @escaping (Answer) -> Void
  ) {
    ask(
      #"{"get-pr": {"version": "\#(package)", "pkgarch": "\#(pkgarch)", "checksum": "\#(checksum)", "history": "#
        + "\(history)}}\n", answer)
  }

  private func ask(_ line: String, _ answer: @escaping (Answer) -> Void) {
    guard !isOver else { return answer(.lost) }
    waiting.append(answer)
    unsent.writeString(line)
    flush()
  }

  private func flush() {
    guard let end, unsent.readableBytes > 0 else { return }
    end.send(unsent)
    unsent.clear()
  }

  package func close() {
    end?.close()
    lose()
  }

  private func receive(_ arrival: SimulatedConnection.Arrival) {
    switch arrival {
    case .bytes(let bytes):
      end?.took(bytes.readableBytes)
      received.writeImmutableBuffer(bytes)
      takeLines()
    case .end, .reset:
      end?.close()
      lose()
    case .room: break
    }
  }

  private func takeLines() {
    while let length = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 - received.readerIndex }),
      let line = received.readString(length: length)
    {
      received.moveReaderIndex(forwardBy: 1)
      waiting.popFirst()?(Self.read(line))
    }
  }

  /// Servers write the answer with a blank behind the colon or without one.
  private static func read(_ line: String) -> Answer {
    guard let text = ["{\"value\": ", "{\"value\":"].lazy.compactMap({ line.suffix(behind: $0) }).first else {
      return .refused
    }
    guard text.hasPrefix("\""), let end = text.dropFirst().firstIndex(of: "\"") else {
      return text.hasPrefix("null") ? .value(nil) : .refused
    }
    return .value(String(text.dropFirst()[..<end]))
  }

  private func lose() {
    isOver = true
    while let answer = waiting.popFirst() { answer(.lost) }
  }
}

extension String {
  fileprivate func suffix(behind prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
