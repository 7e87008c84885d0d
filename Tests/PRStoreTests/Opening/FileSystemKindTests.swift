// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("What a database is kept on", .ownThreads)
struct FileSystemKindTests {
  static let names: [(String, FileSystemKind)] = [
    ("ext4", .local), ("xfs", .local), ("btrfs", .local), ("tmpfs", .local), ("overlay", .local), ("fuseblk", .local),
    ("fuse", .local), ("fuse.portal", .local), ("nfs", .network("nfs")), ("nfs4", .network("nfs4")),
    ("cifs", .network("cifs")), ("9p", .network("9p")), ("ceph", .network("ceph")),
    ("fuse.sshfs", .network("fuse.sshfs")),
  ]

  @Test("a file system of the network is told by its name", arguments: names)
  func network(name: String, kind: FileSystemKind) {
    #expect(FileSystemKind(name: name) == kind)
  }

  private static let table = """
    21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    22 21 0:5 / /dev rw,nosuid shared:2 master:1 - devtmpfs devtmpfs rw
    40 21 0:44 / /srv/with\\040blank rw - nfs4 server:/export rw,vers=4.2
    41 21 259:300 / /far rw - xfs /dev/nvme0n1p1 rw
    a line that is none
    """

  static let devices: [(UInt64, FileSystemKind)] = [
    (0xFE00, .local), (44, .network("nfs4")), (5, .local), (0x0011_032C, .local),
  ]

  @Test("the table of mounts tells it by the device", arguments: devices)
  func mounted(device: UInt64, kind: FileSystemKind) {
    #expect(MountTable(Self.table).kind(ofDevice: device) == kind)
  }

  @Test("a device that is not in the table, and a table that is none, tell nothing", arguments: ["", "x - y", table])
  func unknown(text: String) { #expect(MountTable(text).kind(ofDevice: 0xDEAD) == nil) }

  /// Says of the disk that a folder is on that it is one of the network.
  private func mounts(of folder: TemporaryFolder, _ name: String) throws -> String {
    var file = stat()
    #expect(stat(folder.path, &file) == 0)
    let device = UInt64(file.st_dev)
    let (major, minor) = (device >> 8 & 0xFFF | device >> 32 & ~0xFFF, device & 0xFF | device >> 12 & ~0xFF)
    return try folder.write(Data("21 1 \(major):\(minor) / / rw - \(name) x rw\n".utf8), to: "mountinfo")
  }

  @Test("on one of the network an answer is not promised to be on disk, unless that is allowed")
  func refused() throws {
    let folder = try TemporaryFolder()
    var options = StoreOptions(path: folder.file("pr.sqlite3"))
    options.mountTable = try mounts(of: folder, "nfs4")
    #expect(throws: StoreError.network(path: options.path, fileSystem: "nfs4")) { try Store.open(options) }
    #expect(try folder.names == ["mountinfo"])
    options.allowsNetworkDisk = true
    #expect(try Store.open(options).report.networkDisk == "nfs4")
    options.allowsNetworkDisk = false
    for durability in [Durability.normal, .off] {
      options.durability = durability
      #expect(try Store.open(options).report.networkDisk == "nfs4")
    }
    options.durability = .full
    options.mountTable = try mounts(of: folder, "ext4")
    #expect(try Store.open(options).report.networkDisk == nil)
  }
}
