// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging

/// How a log line looks.
public enum LogFormat: String, CaseIterable, Sendable {
  case text
  /// One JSON object a line.
  case json
}

/// Writes a line for each message to a file descriptor, in one `write`, so that lines of several threads never mix.
public struct LineLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  private let format: LogFormat
  private let descriptor: CInt

  public init(_ format: LogFormat, level: Logger.Level, descriptor: CInt = STDERR_FILENO) {
    self.format = format
    logLevel = level
    self.descriptor = descriptor
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
    let time = Date().ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true))
    let line =
      switch format {
      case .text: Self.text(time, event, values)
      case .json: Self.json(time, event, values)
      }
    var bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
    bytes.withUnsafeMutableBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
  }

  private static func text(_ time: String, _ event: LogEvent, _ values: [(String, String)]) -> String {
    let pairs = values.map { key, value in " \(key)=\(quoted(oneLine(value)))" }
    return "\(time) \(event.level) \(oneLine("\(event.message)"))\(pairs.joined())"
  }

  private static func json(_ time: String, _ event: LogEvent, _ values: [(String, String)]) -> String {
    var object: [String: String] = ["time": time, "level": "\(event.level)", "message": "\(event.message)"]
    for (key, value) in values { object[key] = value }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private static func quoted(_ value: String) -> String {
    guard value.contains(where: { $0 == " " || $0 == "\"" }) else { return value }
    return "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// A peer may have had a hand in a message: it cannot begin a line of its own.
  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
