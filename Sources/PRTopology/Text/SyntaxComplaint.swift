// SPDX-License-Identifier: Apache-2.0
import Yams

extension TreeBuilder {
  /// Says what the YAML parser refused, in words for the author of the file.
  func complain(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      let place = SourceLocation(line: mark.line, column: mark.column)
      syntax(
        place, problem, since: context.map { ($0.text, SourceLocation(line: $0.mark.line, column: $0.mark.column)) })
    case .composer(_, let problem, let mark, _):
      let isSecond = problem.contains("another document")
      complaints.error(
        .syntax, at: SourceLocation(line: mark.line, column: mark.column),
        isSecond ? "a second document begins here, and a topology is one" : problem,
        help: isSecond ? "remove the '---', or make it a file of its own" : nil)
    case .reader:
      let place = source.firstForbidden ?? .start
      let number = source.scalar(at: place).map { Self.hexadecimal($0.value) } ?? "?"
      complaints.error(.encoding, at: place, "the character U+\(number) is not allowed in YAML")
    default:
      complaints.error(.syntax, at: .start, "the file cannot be read as YAML")
    }
  }

  private func syntax(_ place: SourceLocation, _ problem: String, since context: (text: String, place: SourceLocation)?)
  {
    if source.scalar(at: place) == "\t" {
      complaints.error(
        .syntax, at: place, "YAML does not allow tabs for indentation", help: "use spaces")
      return
    }
    if problem == "found unexpected end of stream", let context, context.text.contains("quoted scalar") {
      complaints.error(
        .syntax, at: context.place, "the quote that begins here never ends",
        help: "close it; inside of '…' a ' is written twice")
      return
    }
    var message = "no YAML: \(problem)"
    if let context { message += " \(context.text), which began in line \(context.place.line)" }
    complaints.error(.syntax, at: place, message, help: Self.help(for: problem))
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func help(for problem: String) -> String? {
    switch problem {
    case "mapping values are not allowed in this context":
      "a text with ': ' in it needs quotes; otherwise check that the line is indented like its neighbours"
    case "could not find expected ':'": "a key ends in ': '"
    case "did not find expected key": "see whether the line is indented as its neighbours are"
    case "did not find expected '-' indicator": "an item of a list begins with '- '"
    default: problem.contains("found character that cannot start any token") ? "put the text in quotes" : nil
    }
  }
}

extension SourceText {
  /// The first character that YAML does not allow.
  var firstForbidden: SourceLocation? {
    for (number, line) in lines.enumerated() {
      for (column, scalar) in line.enumerated() where !Self.isAllowed(scalar) {
        return SourceLocation(line: number + 1, column: column + 1)
      }
    }
    return nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
