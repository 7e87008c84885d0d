// SPDX-License-Identifier: Apache-2.0

/// Reads an index of any kind: its first byte says which.
struct IndexReader {
  private enum Form {
    case unknown
    case control(ControlReader)
    case primary(PrimaryReader)
  }

  private let file: String
  private let folder: String?
  private var form = Form.unknown

  init(file: String, folder: String?) { (self.file, self.folder) = (file, folder) }

  mutating func read(_ chunk: Span<UInt8>, into entries: inout [IndexEntry]) throws(IndexError) {
    guard chunk.count > 0 else { return }
    // The reader is moved out, so that it is changed in place.
    var form = form
    self.form = .unknown
    if case .unknown = form {
      form =
        chunk[0] == UInt8(ascii: "<")
        ? .primary(PrimaryReader(file: file)) : .control(ControlReader(file: file, folder: folder))
    }
    switch consume form {
    case .control(var reader):
      try reader.read(chunk, into: &entries)
      self.form = .control(reader)
    case .primary(var reader):
      try reader.read(chunk, into: &entries)
      self.form = .primary(reader)
    case .unknown: break
    }
  }

  mutating func finish(into entries: inout [IndexEntry]) throws(IndexError) {
    switch form {
    case .control(var reader): try reader.finish(into: &entries)
    case .primary(var reader): try reader.finish()
    // An empty index has no packages.
    case .unknown: break
    }
  }
}
