// SPDX-License-Identifier: Apache-2.0
import PRTopology

extension FuzzTarget {
  /// The reader of topology files. A file is described or complained about; a complaint has a place in the file and a few
  /// lines; what is described is drawn.
  static let topology = FuzzTarget("topology", length: 4096, milliseconds: 500) { bytes in
    let text = Array(bytes)
    let reading = Topology.read(text, file: "fuzz.yaml", certificates: CertificateFiles(exists: { _ in true }))
    let hasErrors = reading.diagnostics.contains { $0.severity == .error }
    try require((reading.topology == nil) == hasErrors, "without an error, and without a topology")
    for diagnostic in reading.diagnostics {
      let isInFile = diagnostic.line >= 1 && diagnostic.line <= text.count + 2 && diagnostic.column >= 1
      try require(isInFile, "a complaint at \(diagnostic.line):\(diagnostic.column)")
      let shown = "\(diagnostic)".utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      try require(shown.count <= 4, "a complaint of \(shown.count) lines: \(diagnostic)")
    }
    guard let topology = reading.topology else { return }
    for format in Drawing.Format.allCases {
      try require(!Drawing(topology).text(format).isEmpty, "nothing is drawn as \(format)")
    }
  }
}
