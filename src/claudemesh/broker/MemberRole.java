package claudemesh.broker;

import java.util.Locale;

/** What a member may do on its mesh. */
public enum MemberRole {
  /** Created the mesh; cannot be banned. */
  OWNER,
  /** May kick, disconnect and ban. */
  ADMIN,
  /** May talk. */
  MEMBER;

  /**
   * The word in files and invites.
   *
   * @return {@code owner}, {@code admin} or {@code member}
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A role by its word.
   *
   * @param word as in files and invites
   * @return the role
   * @throws IllegalArgumentException if there is none of that name
   */
  public static MemberRole of(String word) {
    for (MemberRole role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new IllegalArgumentException("role: expected owner, admin or member, found " + word);
  }

  /**
   * Whether it may kick, disconnect and ban.
   *
   * @return true for owner and admin
   */
  public boolean governs() {
    return this != MEMBER;
  }
}
