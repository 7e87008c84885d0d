// SPDX-License-Identifier: Apache-2.0
import PRStore

/// What a file is kept on, by the name that Linux gives the file system.
enum FileSystemKind: Hashable {
  case local
  /// Several machines may have it mounted: POSIX locks and shared memory do not reach from one to the other, and what
  /// fsync promises depends on a server.
  case network(String)

  /// FUSE serves local disks too, so the second name distinguishes its file systems.
  init(name: String) { self = Self.networks.contains(name) ? .network(name) : .local }

  private static let networks: Set<String> = [
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
    "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs", "vboxsf", "vmhgfs", "fuse.ceph", "fuse.cephfs", "fuse.glusterfs",
    "fuse.gcsfuse", "fuse.juicefs", "fuse.moosefs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse",
  ]

  /// Its name, where it is one of the network.
  var networkName: String? {
    guard case .network(let name) = self else { return nil }
    return name
  }
}

/// What is mounted, as /proc/self/mountinfo tells it; see proc_pid_mountinfo(5).
struct MountTable {
  /// The names of file systems by device number.
  private var names: [String: String] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count > 4, let mark = parts.dropFirst(6).firstIndex(of: "-"), mark + 1 < parts.count else { continue }
      names[String(parts[2])] = String(parts[mark + 1])
    }
  }

  /// - Parameter device: as stat(2) tells it.
  /// - Returns: nil for a device that is not in the table, such as a subvolume of Btrfs.
  func kind(ofDevice device: UInt64) -> FileSystemKind? {
    // The bits of the two numbers, as in glibc's sys/sysmacros.h.
    let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
    let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
    return names["\(major):\(minor)"].map { FileSystemKind(name: $0) }
  }
}
