// SPDX-License-Identifier: Apache-2.0

/// The elements of a package whose text is used.
enum PrimaryField: Int, CaseIterable {
  case name, arch, checksum, source

  init?(_ tag: XMLTag, in bytes: Span<UInt8>) {
    if tag.isCalled(PrimaryName.name, in: bytes) {
      self = .name
    } else if tag.isCalled(PrimaryName.arch, in: bytes) {
      self = .arch
    } else if tag.isCalled(PrimaryName.checksum, in: bytes) {
      self = .checksum
    } else {
      return nil
    }
  }

  var label: String {
    switch self {
    case .name: "name"
    case .arch: "arch"
    case .checksum: "checksum"
    case .source: "rpm:sourcerpm"
    }
  }
}

/// One package element, as far as it is used.
struct PrimaryPackage {
  private var line = 0
  private var values: [PrimaryField: [UInt8]] = [:]
  private var version: (epoch: [UInt8]?, ver: [UInt8]?, rel: [UInt8]?)?
  private var size: [UInt8]?
  private var checksumKind: [UInt8]?
  private var refusal: EntryRefusal?

  mutating func begin(_ type: [UInt8]?, line: Int) {
    self = PrimaryPackage()
    self.line = line
    if type.map({ $0.elementsEqual("rpm".utf8) }) != true { refusal = .otherElement }
  }

  /// Takes what attributes of a child say.
  mutating func take(_ tag: XMLTag, in bytes: Span<UInt8>) throws(MalformedXML) {
    if tag.isCalled(PrimaryName.version, in: bytes) {
      if version != nil { refuse(.repeated(field: "version")) }
      version = (
        try tag.attribute(PrimaryName.epoch, in: bytes), try tag.attribute(PrimaryName.ver, in: bytes),
        try tag.attribute(PrimaryName.rel, in: bytes)
      )
    } else if tag.isCalled(PrimaryName.size, in: bytes) {
      if size != nil { refuse(.repeated(field: "size")) }
      size = try tag.attribute(PrimaryName.package, in: bytes)
    } else if tag.isCalled(PrimaryName.checksum, in: bytes) {
      checksumKind = try tag.attribute(PrimaryName.type, in: bytes)
    }
  }

  mutating func set(_ field: PrimaryField, to value: [UInt8]) {
    if values.updateValue(value, forKey: field) != nil { refuse(.repeated(field: field.label)) }
  }

  func end(file: String) -> IndexEntry {
    let place = IndexPlace(file: file, line: line)
    do throws(EntryRefusal) {
      return .package(try package(place), .rpm)
    } catch {
      return .refused(RefusedEntry(place: place, reason: error))
    }
  }

  private mutating func refuse(_ reason: EntryRefusal) {
    if refusal == nil { refusal = reason }
  }

  private func text(_ field: PrimaryField) throws(EntryRefusal) -> String {
    try EntryValue.text(values[field] ?? [], field: field.label)
  }

  private func package(_ place: IndexPlace) throws(EntryRefusal) -> PublishedPackage {
    if let refusal { throw refusal }
    let architecture = try text(.arch)
    guard architecture != "src", architecture != "nosrc" else { throw .sources }
    let source = values[.source]?.isEmpty == false ? try SourcePackage(try text(.source)) : nil
    let epoch = version?.epoch ?? []
    return PublishedPackage(
      name: try text(.name),
      version: PublishedVersion(
        epoch: epoch.isEmpty ? nil : try EntryValue.text(epoch, field: "epoch"),
        version: try EntryValue.text(version?.ver ?? [], field: "version"),
        release: try EntryValue.text(version?.rel ?? [], field: "release")),
      architecture: architecture, recipe: source?.recipe, content: try content, place: place,
      sourceVersion: source?.version)
  }

  private var content: PublishedContent? {
    get throws(EntryRefusal) {
      let size = try EntryValue.number(size ?? [], field: "size")
      guard let checksum = values[.checksum] else { return nil }
      // createrepo calls SHA-1 "sha".
      let kind = String(decoding: checksumKind ?? [], as: UTF8.self).lowercased()
      let function = kind == "sha" ? "sha1" : kind
      return PublishedContent(
        checksum: try EntryValue.checksum(checksum, function: function, field: "checksum"), size: size)
    }
  }
}

/// The name of a source package, `foo-1.0-r0.7.src.rpm`. An rpm version has no hyphens; a recipe's name may have.
struct SourcePackage {
  let recipe: String
  let version: PublishedVersion

  init(_ name: String) throws(EntryRefusal) {
    guard let ending = [".src.rpm", ".nosrc.rpm"].first(where: name.hasSuffix) else { throw .notASourcePackage }
    let parts = name.utf8.dropLast(ending.utf8.count).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }) else { throw .notASourcePackage }
    let strings = parts.map { String($0) ?? "" }
    recipe = strings.dropLast(2).joined(separator: "-")
    version = PublishedVersion(epoch: nil, version: strings[strings.count - 2], release: strings[strings.count - 1])
  }
}
