// SPDX-License-Identifier: Apache-2.0
import PRInterchange

/// What an import came to.
struct ImportSummary {
  private let names: [String]
  var read = 0
  var added = 0
  var known = 0
  var below = 0
  var summaries = 0
  /// Floors that were raised.
  var floors = 0
  private(set) var refused = 0
  /// The options under which some of the refused rows would be taken.
  private(set) var options: [String] = []
  /// The first refused rows of the files' lines, and of those that the database refused.
  private var found: [(place: ImportPlace, text: String)] = []

  private static let maximumProblems = 20

  /// - Parameter names: what the files are called, in their order.
  init(names: [String] = []) { self.names = names }

  var isAcceptable: Bool { refused == 0 }

  var refusedLines: String { refused == 1 ? "1 line was refused" : "\(refused) lines were refused" }

  /// What can be done about refused lines.
  var advice: String {
    "; fix \(refused == 1 ? "it" : "them")" + (options.isEmpty ? "" : ", or use \(options.joined(separator: " and "))")
  }

  /// The first problems, in the order of files and lines.
  var problems: [RowProblem] {
    found.sorted { $0.place < $1.place }.prefix(Self.maximumProblems).map { problem in
      let name = names.indices.contains(problem.place.file) ? names[problem.place.file] : "import"
      return RowProblem(file: name, line: problem.place.line, text: problem.text)
    }
  }

  /// As compilers write a place.
  func name(of place: ImportPlace) -> String {
    names.indices.contains(place.file) ? "\(names[place.file]):\(place.line)" : "import"
  }

  /// - Parameter option: under which the row would be taken.
  mutating func refuse(_ text: String, at place: ImportPlace, without option: String? = nil) {
    refused += 1
    if let option, !options.contains(option) { options.append(option) }
    found.append((place, text))
    guard found.count >= 4 * Self.maximumProblems else { return }
    // Lines are read in order, and the database refuses rows in order: the first of both stay.
    found = Array(found.sorted { $0.place < $1.place }.prefix(Self.maximumProblems))
  }

  func json(isDryRun: Bool) -> String {
    #"{"added":\#(added),"below":\#(below),"dry_run":\#(isDryRun),"floors":\#(floors),"known":\#(known),"read":\#(read)}"#
  }
}
