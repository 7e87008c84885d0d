// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRAssembly

@Suite("Log lines")
struct LogLineTests {
  @Test("a line is time, level, message and pairs")
  func text() {
    let line = LogLine(time: "T", level: "info", message: "hello there", values: [("a", "1"), ("b", "x y")])
    #expect(line.formatted(.text) == #"T info hello there a=1 b="x y""#)
    #expect(line.formatted(.json) == #"{"time":"T","level":"info","message":"hello there","a":"1","b":"x y"}"#)
  }

  @Test("pairs beyond the bound of a line are counted", arguments: LogFormat.allCases)
  func bound(format: LogFormat) throws {
    let long = String(repeating: "\u{202E}", count: 60_000)
    let values = (0..<40).map { ("key\($0)", long) }
    let line = LogLine(time: "T", level: "info", message: long, values: values).formatted(format)
    #expect(line.utf8.count <= LogLine.maximumLength)
    #expect(line.contains("omitted-values"))
    if format == .json { _ = try JSONDecoder().decode([String: String].self, from: Data(line.utf8)) }
  }

  @Test("a key of a value does not replace time, level or message")
  func reserved() throws {
    let values = ["time", "level", "message"].map { ($0, "false") }
    let line = LogLine(time: "T", level: "info", message: "true", values: values).formatted(.json)
    let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(read["message"] == "true" && read["time"] == "T" && read["level"] == "info")
  }
}
