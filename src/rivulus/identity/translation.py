"""Sentences that allauth and Django say on our pages and in our letters, to be said in our own words.

Their Romanian and Hungarian are informal and lack letters; the catalogues of the platform go before theirs.
"""

from rivulus.kernel.words import N_

BORROWED = (
    N_("Email"),
    N_("Email address"),
    N_("Remember Me"),
    N_("Current Password"),
    N_("New Password"),
    N_("New Password (again)"),
    N_("Password (again)"),
    N_("Forgot your password?"),
    N_("Authenticator code"),
    N_("You must type the same password each time."),
    N_("This account is currently inactive."),
    N_("This email address is already associated with this account."),
    N_("The email address and/or password you specified are not correct."),
    N_("A user is already registered with this email address."),
    N_("Please type your current password."),
    N_("Incorrect code."),
    N_("Incorrect password."),
    N_("Invalid or expired key."),
    N_("Invalid login."),
    N_("The password reset token was invalid."),
    N_("Too many failed login attempts. Try again later."),
    N_("The email address is not assigned to any user account."),
    N_("The new value must be different from the current one."),
    N_("Be patient, you are sending too many requests."),
    N_("Use your password"),
    N_("Use authenticator app or code"),
    N_("You cannot add an email address to an account protected by two-factor authentication."),
    N_("You cannot deactivate two-factor authentication."),
    N_("You cannot generate recovery codes without having two-factor authentication enabled."),
    N_("You cannot activate two-factor authentication until you have verified your email address."),
    N_(
        "An account already exists with this email address. Please sign in to that account first, then "
        "connect your %s account."
    ),
    N_("Your account has no password set up."),
    N_("Your account has no verified email address."),
    N_("You cannot disconnect your last remaining third-party account."),
    N_("The third-party account is already connected to a different account."),
    N_("Your primary email address must be verified."),
    N_("Unable to confirm %(email)s because it is already confirmed by a different account."),
    N_("Confirmation email sent to %(email)s."),
    N_("You have confirmed %(email)s."),
    N_("Removed email address %(email)s."),
    N_("Successfully signed in as %(name)s."),
    N_("You have signed out."),
    N_("Password successfully changed."),
    N_("Password successfully set."),
    N_("Primary email address set."),
    N_("Authenticator app activated."),
    N_("Authenticator app deactivated."),
    N_("A new set of recovery codes has been generated."),
    N_("Save them  in a secure location now — they won't be shown again."),
    N_("The third-party account has been connected."),
    N_("The third-party account has been disconnected."),
    N_("Signed out of all other sessions."),
    N_("Hello from %(site_name)s!"),
    N_("Thank you for using %(site_name)s!\n%(site_domain)s"),
    N_(
        "You are receiving this email because you or someone else tried to signup for an\naccount using "
        "email address:\n\n%(email)s\n\nHowever, an account using that email address already exists.  In "
        "case you have\nforgotten about this, please use the password forgotten procedure to recover\nyour "
        "account:\n\n%(password_reset_url)s"
    ),
    N_("Account Already Exists"),
    N_("You are receiving this mail because the following change was made to your account:"),
    N_(
        "If you do not recognize this change then please take proper security precautions immediately. The "
        "change to your account originates from:\n\n- IP address: %(ip)s\n- Browser: %(user_agent)s\n- Date: "
        "%(timestamp)s"
    ),
    N_("Your email has been changed from %(from_email)s to %(to_email)s."),
    N_("Email Changed"),
    N_("Your email has been confirmed."),
    N_("Email Confirmation"),
    N_(
        "You're receiving this email because user %(user_display)s has given your email address to register "
        "an account on %(site_domain)s."
    ),
    N_("To confirm this is correct, go to %(activate_url)s"),
    N_("Please Confirm Your Email Address"),
    N_("Email address %(deleted_email)s has been removed from your account."),
    N_("Email Removed"),
    N_("Your password has been changed."),
    N_("Password Changed"),
    N_(
        "You're receiving this email because you or someone else has requested a password reset for your "
        "user account.\nIt can be safely ignored if you did not request a password reset. Click the link "
        "below to reset your password."
    ),
    N_("Password Reset Email"),
    N_("Your password has been reset."),
    N_("Password Reset"),
    N_("Your password has been set."),
    N_("Password Set"),
    N_(
        "You are receiving this email because you, or someone else, tried to access an account with email "
        "%(email)s. However, we do not have any record of such an account in our database."
    ),
    N_("This mail can be safely ignored if you did not initiate this action."),
    N_("If it was you, you can sign up for an account using the link below."),
    N_("Unknown Account"),
    N_("A new set of Two-Factor Authentication recovery codes has been generated."),
    N_("New Recovery Codes Generated"),
    N_("Authenticator App Activated"),
    N_("Authenticator App Deactivated"),
    N_("A third-party account from %(provider)s has been connected to your account."),
    N_("Third-Party Account Connected"),
    N_("A third-party account from %(provider)s has been disconnected from your account."),
    N_("Third-Party Account Disconnected"),
    N_("Your password can’t be too similar to your other personal information."),
    N_("Your password can’t be a commonly used password."),
    N_("Your password can’t be entirely numeric."),
    N_("- Select an option -"),
)
