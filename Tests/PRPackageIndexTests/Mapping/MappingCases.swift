// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import PRRevision

/// Packages in the form that OE-Core's classes write them. The package is `libfoo2`, renamed from `foo` in most of them.
enum MappingCases {
  typealias Case = MappingTests.Case

  static let releases: [Case] =
    IndexKind.allCases.flatMap { kind in
      [
        Case(kind, "foo", "2.44-r0.7", "cortexa53", ["foo-2.44-r0 cortexa53 7"]),
        Case(kind, "foo", "2.44-r0.7.2", "cortexa53", ["foo-2.44-r0 cortexa53 7.2"]),
        Case(kind, "foo", "2.44-r12.0", "cortexa53", ["foo-2.44-r12 cortexa53 0"]),
        Case(kind, "foo", "2.44-r0", "cortexa53", []),
        Case(kind, nil, "2.44-r0", "cortexa53", []),
        Case(kind, "foo", "1:2.44-r0.7.2", "cortexa53", ["foo-1_2.44-r0 cortexa53 7.2"]),
        Case(kind, "foo", "0:2.44-r0.7", "cortexa53", ["foo-2.44-r0 cortexa53 7"]),
        Case(kind, "foo", "x:2.44-r0.7", "cortexa53", ["unreadable-epoch"]),
        Case(kind, "foo", "2.44-r5.2.7", "cortexa53", ["foo-2.44-r5 cortexa53 2.7"]),
        Case(kind, "foo", "2.44-r5.2.7", "cortexa53", ["too-many-numbers"], maximumNumbers: 1),
        Case(kind, "foo", "2.44-r0.7.2.1", "cortexa53", ["too-many-numbers"]),
        Case(kind, "foo", "2.44-r0.7.2.1", "cortexa53", ["foo-2.44-r0 cortexa53 7.2.1"], maximumNumbers: 3),
        Case(kind, nil, "2.44-r0.7", "cortexa53", ["no-recipe"]),
        Case(kind, "", "2.44-r0.7", "cortexa53", ["no-recipe"]),
        Case(kind, "foo", "2.44", "cortexa53", ["no-release"]),
        Case(kind, "foo", "2.44-1", "cortexa53", ["foreign-release"]),
        Case(kind, "foo", "2.44-r.7", "cortexa53", ["foreign-release"]),
        Case(kind, "foo", "2.44-r0poky.7", "cortexa53", ["foreign-release"]),
        Case(kind, "foo", "2.44-r0.", "cortexa53", ["unreadable-value"]),
        Case(kind, "foo", "2.44-r0.7poky", "cortexa53", ["unreadable-value"]),
        Case(kind, "foo", "2.44-r0.18446744073709551616", "cortexa53", ["unreadable-value"]),
        Case(kind, String(repeating: "f", count: 5000), "2.44-r0.7", "cortexa53", ["name-too-long"]),
        Case(kind, "lib32-foo", "2.44-r0.7", "i686", ["lib32-foo-2.44-r0 i686 7"]),
      ]
    }

  static let architectures: [Case] = [
    Case(.ipk, "foo", "1.0-r0.3", "core2-64", ["foo-1.0-r0 core2-64 3"]),
    Case(.deb, "foo", "1.0-r0.3", "core2-64", ["foo-1.0-r0 core2-64 3"]),
    Case(.rpm, "foo", "1.0-r0.3", "core2_64", ["foo-1.0-r0 core2-64 3"]),
    Case(.ipk, "foo", "1.0-r0.3", "x86_64", ["foo-1.0-r0 x86_64 3"]),
    Case(.deb, "foo", "1.0-r0.3", "x86-64", ["foo-1.0-r0 x86_64 3"]),
    Case(.rpm, "foo", "1.0-r0.3", "x86_64", ["foo-1.0-r0 x86_64 3"]),
    // The architecture of a recipe that is the same everywhere.
    Case(.ipk, "foo", "1.0-r0.3", "all", ["foo-1.0-r0 all 3"]),
    Case(.deb, "foo", "1.0-r0.3", "all", ["foo-1.0-r0 all 3"]),
    Case(.rpm, "foo", "1.0-r0.3", "noarch", ["foo-1.0-r0 all 3"]),
    // A machine whose name is not among the known ones.
    Case(.ipk, "foo", "1.0-r0.3", "my_board", ["foo-1.0-r0 my_board 3"]),
    Case(.deb, "foo", "1.0-r0.3", "my-board", ["ambiguous-architecture"]),
    Case(.rpm, "foo", "1.0-r0.3", "my_board", ["ambiguous-architecture"]),
    Case(.deb, "foo", "1.0-r0.3", "my-board", ["foo-1.0-r0 my_board 3"], recordedArchitecture: "my_board"),
    // A package that was not built by OE, or whose index was stripped: dpkg's architecture alone.
    Case(.deb, "foo", "1.0-r0.3", "armhf", ["no-architecture"], hasForeignArchitecture: true),
    Case(
      .deb, "foo", "1.0-r0.3", "all", ["foo-1.0-r0 all 3"], recordedArchitecture: "all", hasForeignArchitecture: true),
    // Two known architectures that an index writes in one way.
    Case(.deb, "foo", "1.0-r0.3", "a-b", ["ambiguous-architecture"]),
    Case(.rpm, "foo", "1.0-r0.3", "a_b", ["ambiguous-architecture"]),
    Case(.ipk, "foo", "1.0-r0.3", "a_b", ["foo-1.0-r0 a_b 3"]),
    // A package for the tools of an SDK.
    Case(.ipk, "nativesdk-foo", "1.0-r0.3", "x86_64-nativesdk", ["nativesdk-foo-1.0-r0 x86_64-nativesdk 3"]),
    Case(.deb, "nativesdk-foo", "1.0-r0.3", "x86-64-nativesdk", ["nativesdk-foo-1.0-r0 x86_64-nativesdk 3"]),
    Case(.rpm, "nativesdk-foo", "1.0-r0.3", "x86_64_nativesdk", ["nativesdk-foo-1.0-r0 x86_64-nativesdk 3"]),
  ]

  private static let git = "1.0+git5+9f2c3a1b00-r0.7"

  static let counted: [Case] =
    [IndexKind.ipk, .deb].flatMap { kind in
      [
        Case(kind, "foo", git, "all", ["unknown-counted-key"]),
        Case(
          kind, "foo", git, "all", ["foo-1.0+gitAUTOINC+9f2c3a1b00-r0 all 7", "AUTOINC-foo-1.0+git all 5"],
          key: .uptoRevision),
        Case(
          kind, "foo", git, "all", ["foo-1.0+git-r0 all 7", "AUTOINC-foo-1.0+git-r all 5"], key: .withoutLastCharacter),
        Case(kind, "foo", git, "all", ["foo-1.0+git-r0 all 7", "AUTOINC-foo-1.0+git- all 5"], key: .withoutPR),
        Case(
          kind, "foo", "2:\(git)", "all", ["foo-2_1.0+git-r0 all 7", "AUTOINC-foo-2_1.0+git- all 5"], key: .withoutPR),
        // A kernel has two revisions. Below headquarters a count is a value of that node.
        Case(
          kind, "linux", "6.6.21+git5.1+6b2ee17fc4_f7f00b22ef-r0.7.2", "qemuarm",
          ["linux-6.6.21+git-r0 qemuarm 7.2", "AUTOINC-linux-6.6.21+git- qemuarm 5.1"], key: .withoutPR),
        // Without a PR server OE writes 0 for the count, which is no answer.
        Case(kind, "foo", "1.0+git0+9f2c3a1b00-r0", "all", [], key: .withoutPR),
        Case(
          kind, "foo", "1.0+git0+9f2c3a1b00-r0.0", "all",
          ["foo-1.0+git-r0 all 0", "AUTOINC-foo-1.0+git- all 0"], key: .withoutPR),
        Case(kind, "foo", "1.0+git202401015+9f2c3a1b00-r0.7", "all", ["ambiguous-revision"], key: .withoutPR),
        Case(kind, "foo", "1.0.5+9f2c3a1b00-r0.7", "all", ["ambiguous-revision"], key: .withoutPR),
        // A count of more numbers than the node's values: the dot may be PV's.
        Case(kind, "foo", "v5.3+9f2c3a1b00-r0.7", "all", ["ambiguous-revision"], key: .uptoRevision, maximumNumbers: 1),
        Case(
          kind, "foo", "1.0+git5.1.2+9f2c3a1b00-r0.7.2", "all", ["ambiguous-revision"], key: .withoutPR,
          maximumNumbers: 2),
        Case(kind, "foo", "1.0+git5+main-r0.7", "all", ["ambiguous-revision"], key: .withoutPR),
        Case(kind, "foo", "1.0-git5+9f2c3a1b00-r0.7", "all", ["ambiguous-revision"], key: .withoutPR),
        Case(
          kind, "foo", "1.0-git5+9f2c3a1b00-r0.7", "all",
          ["foo-1.0-gitAUTOINC+9f2c3a1b00-r0 all 7", "AUTOINC-foo-1.0-git all 5"], key: .uptoRevision),
        Case(kind, "foo", "1.0+svn1234-r0.7", "all", ["ambiguous-revision"]),
        Case(kind, "foo", "1.0+git20240101-r0.7", "all", ["foo-1.0+git20240101-r0 all 7"]),
        Case(kind, "foo", "1.0-rc1+dfsg-r0.7", "all", ["foo-1.0-rc1+dfsg-r0 all 7"]),
      ]
    } + [
      Case(.rpm, "foo", git, "noarch", ["foo-1.0+git-r0 all 7", "AUTOINC-foo-1.0+git- all 5"], key: .withoutPR),
      Case(.rpm, "foo", git, "noarch", ["ambiguous-hyphen"], key: .uptoRevision),
      Case(.rpm, "foo", "1.0+rc1+git5+9f2c3a1b00-r0.7", "noarch", ["ambiguous-hyphen"], key: .withoutPR),
      Case(
        .rpm, "foo", "1.0git5+9f2c3a1b00-r0.7", "noarch",
        ["foo-1.0gitAUTOINC+9f2c3a1b00-r0 all 7", "AUTOINC-foo-1.0git all 5"], key: .uptoRevision),
      Case(.rpm, "foo", "1.0+rc1-r0.7", "noarch", ["ambiguous-hyphen"]),
      Case(.rpm, "foo", "1.0~rc1-r0.7", "noarch", ["foo-1.0~rc1-r0 all 7"]),
      Case(.rpm, "foo", "1.0-r0.7", "noarch", ["foo-1.0-r0 all 7"], source: "1.0-r0.7"),
      Case(.rpm, "foo", "3.12-r0.7", "noarch", ["overridden-version"], source: "1.0-r0.7"),
      Case(.rpm, "foo", "1.0-r0.7.1", "noarch", ["overridden-version"], source: "1.0-r0.7"),
    ]

  private static func recipe(_ version: String, _ revision: String = "r0", epoch: String? = nil) -> RecipeVersion {
    RecipeVersion(epoch: epoch, version: version, revision: revision)
  }

  static let recorded: [Case] = [
    // PR with a dot, which an index cannot tell from a value.
    Case(.ipk, "foo", "1.0-r5.2.7", "all", ["foo-1.0-r5.2 all 7"], recorded: recipe("1.0", "r5.2"), maximumNumbers: 1),
    Case(.ipk, "foo", "1.0-r5.2", "all", [], recorded: recipe("1.0", "r5.2")),
    Case(.ipk, "foo", "1.0-ml1.7", "all", ["foo-1.0-ml1 all 7"], recorded: recipe("1.0", "ml1")),
    Case(.ipk, "foo", "1.0-r1.7", "all", ["other-release"], recorded: recipe("1.0")),
    Case(.ipk, "foo", "1.0-r01.7", "all", ["other-release"], recorded: recipe("1.0")),
    // PKGV or PKGE that are not PV or PE.
    Case(.ipk, "foo", "3.12-r0.7", "all", ["foo-1.0-r0 all 7"], recorded: recipe("1.0")),
    Case(.ipk, "foo", "9:1.0-r0.7", "all", ["foo-1_1.0-r0 all 7"], recorded: recipe("1.0", epoch: "1")),
    Case(.rpm, "foo", "1.0+rc1-r0.7", "noarch", ["foo-1.0-rc1-r0 all 7"], recorded: recipe("1.0-rc1")),
    Case(.rpm, "foo", "3.12-r0.7", "noarch", ["foo-1.0-r0 all 7"], source: "1.0-r0.7", recorded: recipe("1.0")),
    // Counted revisions.
    Case(
      .ipk, "foo", git, "all", ["foo-1.0+gitAUTOINC+9f2c3a1b00-r0 all 7", "AUTOINC-foo-1.0+git all 5"],
      recorded: recipe("1.0+gitAUTOINC+9f2c3a1b00")),
    Case(
      .rpm, "foo", git, "noarch", ["foo-1.0-gitAUTOINC+9f2c3a1b00-r0 all 7", "AUTOINC-foo-1.0-git all 5"],
      recorded: recipe("1.0-gitAUTOINC+9f2c3a1b00")),
    Case(.ipk, "foo", git, "all", ["foo-1.0+git-r0 all 7", "unknown-counted-key"], recorded: recipe("1.0+git")),
    Case(
      .ipk, "foo", git, "all", ["foo-1.0+git-r0 all 7", "unknown-counted-key"], recorded: recipe("1.0+git"),
      key: .uptoRevision),
    Case(
      .ipk, "foo", "1.0+git5+9f2c3a1b00-r5.2.7", "all", ["foo-1.0+git-r5.2 all 7", "AUTOINC-foo-1.0+git-r5. all 5"],
      recorded: recipe("1.0+git", "r5.2"), key: .withoutLastCharacter),
    Case(
      .ipk, "foo", "1.0+git202401015+9f2c3a1b00-r0.7", "all",
      ["foo-1.0+git20240101-r0 all 7", "AUTOINC-foo-1.0+git20240101- all 5"], recorded: recipe("1.0+git20240101"),
      key: .withoutPR),
    Case(
      .ipk, "foo", "2.0-r0.7", "all", ["foo-1.0+gitAUTOINC+9f2c3a1b00-r0 all 7"],
      recorded: recipe("1.0+gitAUTOINC+9f2c3a1b00")),
    Case(.ipk, "foo", "1.0+svn1234-r0.7", "all", ["foo-1.0+svn-r0 all 7"], recorded: recipe("1.0+svn")),
  ]
}
