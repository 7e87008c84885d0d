// SPDX-License-Identifier: Apache-2.0

/// Why an index could not be read to its end, and what a person can do about it. What was given of it before does not count.
package enum IndexError: Error, Hashable, Sendable {
  /// There is no such file or folder.
  case missing(path: String)
  /// The folder has no folder of records.
  case noRecords(folder: String, wanted: String, kind: String)
  /// The operating system refused to read it; the reason is in its words.
  case unreadable(path: String, reason: String)
  /// A file is wanted, and a folder has its name.
  case folder(path: String)
  /// No index is in the folder or below it.
  case nothingFound(folder: String, wanted: String)
  /// The folder has more folders and files than a search goes through.
  case tooManyFiles(folder: String, limit: Int)
  /// The file is not what its form demands.
  case malformed(IndexPlace, problem: MalformedIndex)
  /// The file is longer than any index; in bytes, after decompression.
  case tooLong(path: String, limit: UInt64)
  /// The index, with those that were read before it, has more packages than any feed.
  case tooManyPackages(path: String, limit: Int)
  /// A program of the system is not installed.
  case missingProgram(name: String, package: String, path: String)
  /// A program of the system failed; the detail is the first line of its standard error.
  case failedProgram(name: String, path: String, detail: String)
  /// `repomd.xml` names a file outside its repository.
  case outside(path: String, location: String)
  /// `repomd.xml` gives a checksum that the file does not have.
  case otherChecksum(path: String, repomd: String)
  /// `repomd.xml` gives no checksum of a kind that can be computed.
  case unknownChecksum(repomd: String, kind: String)
  /// The names of the folders do not say where an architecture ends.
  case unknownTargets(folder: String)
}

/// What is wrong with the text of an index.
package enum MalformedIndex: Hashable, Sendable {
  case longLine(limit: Int)
  case longEntry(limit: Int)
  /// A line of a control paragraph without a colon, or a continuation of nothing.
  case noField
  /// The last line of a `Packages` file does not end.
  case openLine
  case xml(MalformedXML)
  /// The root element of an XML file is another one.
  case otherRoot(wanted: String)
  /// `repomd.xml` names no `primary.xml`, or two.
  case noPrimary
  case noPackageCount(stated: String, found: Int)
  /// What `git` printed is not what it was asked for.
  case unexpectedOutput
}

extension IndexError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path) where path.contains("://"):
      "\(path) is an address, and no file: fetch the index and name the file, or - for standard input"
    case .missing(let path): "there is no \(path); check the path"
    case .noRecords(let folder, let wanted, let kind):
      "there is no folder '\(wanted)' in \(folder); name \(kind), which has it"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .folder(let path): "cannot read \(path) as an index: it is a folder"
    case .nothingFound(let folder, let wanted):
      "there is no index in \(folder): no file in it or below it is called \(wanted); name the folder of a feed, or the index"
    case .tooManyFiles(let folder, let limit):
      "\(folder) has more than \(limit) files and folders; name the folder of a feed, or the index"
    case .malformed(let place, let problem): "\(place): \(problem)"
    case .tooLong(let path, let limit):
      "\(path) is longer than \(limit >> 30) GiB when it is decompressed, which is the limit for one index; "
        + "check where it comes from"
    case .tooManyPackages(let path, let limit):
      "\(path) and what was read before it have more than \(limit) packages, which is the limit for one command; "
        + "name fewer feeds, or check where the file comes from"
    case .missingProgram(let name, let package, let path):
      "cannot read \(path): there is no program '\(name)'; install the package \(package) of the distribution"
    case .failedProgram(let name, let path, let detail):
      "cannot read \(path): \(name) failed: \(detail); fetch or make the file again"
    case .outside(let path, let location):
      "\(path) names the file '\(IndexText.quoted(location))', which is not below the folder of its repository; "
        + "make the index again with createrepo_c"
    case .otherChecksum(let path, let repomd):
      "\(path) does not have the checksum that \(repomd) gives for it: the two are of different states of the feed, "
        + "or the file is damaged; fetch both again"
    case .unknownChecksum(let repomd, let kind):
      "\(repomd) gives a checksum of the kind '\(IndexText.quoted(kind))' for primary.xml; "
        + "make the index again with createrepo_c --checksum sha256"
    case .unknownTargets(let folder):
      "the folders in \(folder) are called like core2-64-poky-linux, and none of them shows where the architecture ends: "
        + "there is no folder all-…-linux, or there are several; "
        + "give the build's TARGET_VENDOR with --target-vendor, such as -poky"
    }
  }
}

extension MalformedIndex: CustomStringConvertible {
  package var description: String {
    switch self {
    case .longLine(let limit): "the line is longer than \(limit >> 10) KiB; this is no package index"
    case .longEntry(let limit): "the entry is longer than \(limit >> 20) MiB; this is no package index"
    case .noField: "the line has no field, such as 'Package: busybox'; this is no package index"
    case .openLine: "the last line does not end: the file is cut off; fetch or make it again"
    case .xml(let problem): "\(problem)"
    case .otherRoot(let wanted): "the file does not begin with <\(wanted)>; this is no index of rpm packages"
    case .noPrimary: "the file does not name one primary.xml; make the index again with createrepo_c"
    case .noPackageCount(let stated, let found):
      "the file says that it has \(IndexText.quoted(stated)) packages, and has \(found); fetch or make it again"
    case .unexpectedOutput:
      "git printed something else than the history that it was asked for; check the repository with 'git fsck'"
    }
  }
}
