// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// BitBake's own server, as its clients and the nodes below see it: numbers without components, no feed, no floors, and no
/// announcements. It shares no code with the program, and reads what the program and ``RawClient`` write.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class StockServer: @unchecked Sendable {
  /// Its database, which outlives the process.
  final class Database {
    struct Tuple: Hashable {
      let package: String
      let pkgarch: String
      let checksum: String
    }

    fileprivate(set) var rows: [(tuple: Tuple, value: Int)] = []
    private var values: [Tuple: [Int]] = [:]
    private var greatest: [String: Int] = [:]

    /// The least value with history; without, the greatest, if it is the greatest of the package.
    fileprivate func value(of tuple: Tuple, history: Bool) -> Int? {
      guard let own = values[tuple] else { return nil }
      if history { return own.min() }
      return own.max().flatMap { $0 == greatest(of: tuple) ? $0 : nil }
    }

    fileprivate func greatest(of tuple: Tuple) -> Int? { greatest["\(tuple.package) \(tuple.pkgarch)"] }

    fileprivate func get(_ tuple: Tuple, history: Bool) -> Int {
      if let value = value(of: tuple, history: history) { return value }
      let value = greatest(of: tuple).map { $0 + 1 } ?? 0
      rows.append((tuple, value))
      values[tuple, default: []].append(value)
      greatest["\(tuple.package) \(tuple.pkgarch)"] = value
      return value
    }
  }

  private let database: Database
  private var connections: [Connection] = []

  init(_ database: Database) { self.database = database }

  func accept(_ end: SimulatedConnection.End) {
    connections.removeAll { $0.isOver }
    connections.append(Connection(end, database))
  }

  func kill(isMachineLost: Bool) {
    for connection in connections { connection.stop(isMachineLost: isMachineLost) }
    connections = []
  }

  /// `@unchecked Sendable`: like the server, it is used on the thread of the simulation only.
  private final class Connection: @unchecked Sendable {
    private let end: SimulatedConnection.End
    private let database: Database
    private var received = ByteBuffer()
    private var isGreeted = false
    private var needsHeaders = false
    private(set) var isOver = false

    init(_ end: SimulatedConnection.End, _ database: Database) {
      self.end = end
      self.database = database
      end.receive = { [weak self] in self?.receive($0) }
    }

    func stop(isMachineLost: Bool) {
      isOver = true
      if !isMachineLost { end.close() }
    }

    private func receive(_ arrival: SimulatedConnection.Arrival) {
      guard !isOver else { return }
      switch arrival {
      case .bytes(let bytes):
        end.took(bytes.readableBytes)
        received.writeImmutableBuffer(bytes)
        takeLines()
      case .end, .reset: stop(isMachineLost: false)
      case .room: break
      }
    }

    private func takeLines() {
      let newline = UInt8(ascii: "\n")
      while let length = received.readableBytesView.firstIndex(of: newline).map({ $0 - received.readerIndex }),
        let line = received.readString(length: length)
      {
        received.moveReaderIndex(forwardBy: 1)
        guard isGreeted else {
          greet(line)
          continue
        }
        let answer = answer(to: line)
        end.send(ByteBuffer(string: answer + "\n"))
      }
    }

    /// It has no headers of its own.
    private func greet(_ line: String) {
      isGreeted = line.isEmpty
      if line.lowercased() == "needs-headers: true" { needsHeaders = true }
      if isGreeted, needsHeaders { end.send(ByteBuffer(string: "\n")) }
    }

    private func answer(to line: String) -> String {
      let request = line.split(separator: "\"", maxSplits: 2).dropFirst().first ?? ""
      let tuple = Database.Tuple(
        package: line.field("version"), pkgarch: line.field("pkgarch"), checksum: line.field("checksum"))
      let history = line.contains("\"history\":true") || line.contains("\"history\": true")
      switch request {
      case "ping": return #"{"alive": true}"#
      case "is-readonly": return #"{"readonly": false}"#
      case "get-pr": return Self.answer(database.get(tuple, history: history))
      case "test-pr": return Self.answer(database.value(of: tuple, history: history))
      case "test-package": return #"{"value": \#(database.greatest(of: tuple) != nil)}"#
      case "max-package-pr": return Self.answer(database.greatest(of: tuple))
      case "export":
        let rows = database.rows.map { row in
          #"{"version": "\#(row.tuple.package)", "pkgarch": "\#(row.tuple.pkgarch)", "checksum": "\#(row.tuple.checksum)", "value": "\#(row.value)"}"#
        }
        return Self.chunks(of: #"{"metainfo": {}, "datainfo": [\#(rows.joined(separator: ", "))]}"#)
      default: return #"{"invoke-error": {"message": "no such request", "username": null}}"#
      }
    }

    private static func answer(_ value: Int?) -> String { #"{"value": \#(value.map { "\"\($0)\"" } ?? "null")}"# }

    private static func chunks(of message: String) -> String {
      let bytes = Array(message.utf8)
      guard bytes.count >= 32_767 else { return message }
      let pieces = stride(from: 0, to: bytes.count, by: 32_767).map { start in
        String(decoding: bytes[start..<min(start + 32_767, bytes.count)], as: UTF8.self)
      }
      return "{\"chunk-stream\": null}\n" + pieces.joined(separator: "\n") + "\n"
    }
  }
}

extension String {
  /// The text behind a name, without escapes.
  fileprivate func field(_ name: String) -> String {
    for prefix in ["\"\(name)\":\"", "\"\(name)\": \""] {
      guard let range = firstRange(of: prefix) else { continue }
      return String(self[range.upperBound...].prefix { $0 != "\"" })
    }
    return ""
  }
}
