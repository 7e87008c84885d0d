// SPDX-License-Identifier: Apache-2.0

/// What the command line and a topology file may ask of a server.
public enum Bounds {
  /// Each is a thread with files of its own; more than cores help nobody.
  public static let eventLoops = 1...64
}
