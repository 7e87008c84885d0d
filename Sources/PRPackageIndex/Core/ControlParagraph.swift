// SPDX-License-Identifier: Apache-2.0

/// The fields of a control paragraph that are used. Their names are compared without regard to case, as dpkg and opkg do.
enum ControlField: Int, CaseIterable {
  case package, version, architecture, packageArchitecture, recipe, sha256, sha256sum, md5sum, size, filename

  static let names = [
    "Package", "Version", "Architecture", "PackageArch", "OE", "SHA256", "SHA256sum", "MD5Sum", "Size", "Filename",
  ]
  private static let lowercased = names.map { Array($0.lowercased().utf8) }

  // Every case has its name.
  var name: String { Self.names[rawValue] }

  /// - Parameter line: a line that begins with the field's name, of the given length.
  init?(_ line: Span<UInt8>, length: Int) {
    for field in Self.allCases {
      let name = Self.lowercased[field.rawValue]
      guard name.count == length else { continue }
      var index = 0
      while index < length, line[index] | 0x20 == name[index] || line[index] == name[index] { index += 1 }
      guard index < length else {
        self = field
        return
      }
    }
    return nil
  }
}

/// One paragraph, as far as it is used.
struct ControlParagraph {
  /// The line at which it begins; 0 while there is none.
  private(set) var line = 0
  /// In bytes, with what is not used.
  private(set) var length = 0
  private var values = [[UInt8]](repeating: [], count: ControlField.allCases.count)
  private var seen = [Bool](repeating: false, count: ControlField.allCases.count)
  private var latest: ControlField?
  private var refusal: EntryRefusal?

  var isEmpty: Bool { line == 0 }

  /// Takes a line with a field.
  ///
  /// - Parameter colon: where its name ends.
  mutating func add(_ line: Span<UInt8>, colon: Int, number: Int) {
    begin(number, length: line.count)
    latest = ControlField(line, length: colon)
    guard let field = latest else { return }
    guard !seen[field.rawValue] else { return refuse(.repeated(field: field.name)) }
    seen[field.rawValue] = true
    var (start, end) = (colon + 1, line.count)
    while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
    while start < end, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
    guard end - start <= IndexLimits.value else {
      return refuse(.tooLong(field: field.name, limit: IndexLimits.value))
    }
    for index in start..<end { values[field.rawValue].append(line[index]) }
  }

  /// Takes a line that continues the field above it.
  mutating func `continue`(length: Int) {
    self.length += length
    if let latest { refuse(.continued(field: latest.name)) }
  }

  /// Ends the paragraph; the next one can begin.
  mutating func end(file: String, folder: String?) -> IndexEntry {
    defer { clear() }
    let place = IndexPlace(file: file, line: line)
    do throws(EntryRefusal) {
      if let refusal { throw refusal }
      let kind = try kind
      return .package(try package(kind, place: place, folder: folder), kind)
    } catch {
      return .refused(RefusedEntry(place: place, reason: error))
    }
  }

  private mutating func begin(_ number: Int, length: Int) {
    if isEmpty { line = number }
    self.length += length
  }

  private mutating func refuse(_ reason: EntryRefusal) {
    if refusal == nil { refusal = reason }
  }

  private mutating func clear() {
    (line, length, latest, refusal) = (0, 0, nil, nil)
    for index in values.indices where seen[index] {
      values[index].removeAll(keepingCapacity: true)
      seen[index] = false
    }
  }

  private func text(_ field: ControlField) throws(EntryRefusal) -> String {
    try EntryValue.text(values[field.rawValue], field: field.name)
  }

  private func package(
    _ kind: IndexKind, place: IndexPlace, folder: String?
  ) throws(EntryRefusal) -> PublishedPackage {
    let isNamedByOE = kind == .deb && seen[ControlField.packageArchitecture.rawValue]
    let architecture = isNamedByOE ? try text(.packageArchitecture) : try text(.architecture)
    // OE writes a deb index into a folder with the name of the architecture, and writes hyphens in the index.
    let isOwnFolder = kind == .deb && folder?.replacing("_", with: "-") == architecture
    return PublishedPackage(
      name: try text(.package), version: PublishedVersion(text: try text(.version)), architecture: architecture,
      recipe: seen[ControlField.recipe.rawValue] ? try text(.recipe) : nil, content: try content, place: place,
      recipeArchitecture: isOwnFolder ? folder : nil, hasForeignArchitecture: kind == .deb && !isNamedByOE)
  }

  private var content: PublishedContent? {
    get throws(EntryRefusal) {
      let size = try EntryValue.number(values[ControlField.size.rawValue], field: ControlField.size.name)
      for field in [ControlField.sha256, .sha256sum, .md5sum] where seen[field.rawValue] {
        let checksum = try EntryValue.checksum(
          values[field.rawValue], function: field == .md5sum ? "md5" : "sha256", field: field.name)
        return PublishedContent(checksum: checksum, size: size)
      }
      return nil
    }
  }

  /// The name of the file says what it is; without one, a field that only one of the two package managers has.
  private var kind: IndexKind {
    get throws(EntryRefusal) {
      let filename = values[ControlField.filename.rawValue]
      if filename.suffix(4).elementsEqual(".ipk".utf8) { return .ipk }
      if filename.suffix(4).elementsEqual(".deb".utf8) { return .deb }
      if seen[ControlField.packageArchitecture.rawValue] || seen[ControlField.sha256.rawValue] { return .deb }
      if seen[ControlField.sha256sum.rawValue] { return .ipk }
      throw .unknownKind
    }
  }
}
