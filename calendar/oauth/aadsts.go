package oauth

import (
	"cmp"
	"fmt"
)

// entraWords say what numbers of Entra mean (learn.microsoft.com, "Microsoft Entra
// authentication and authorization error codes"), and what helps. They only add
// words: what to do is decided by the error's code.
var entraWords = map[int]struct {
	reason, advice string
	again          bool
}{
	7000215: {"the client secret is wrong", "copy the secret's value (not its id) from the application's page, Certificates & secrets", false},
	7000222: {"the client secret has expired", "make a new one on the application's page, Certificates & secrets", false},
	700011:  {"the application is not registered in this tenant", "compare client_id and tenant with the application's page", false},
	700016:  {"the application is not registered in this tenant", "compare client_id and tenant with the application's page", false},
	90002:   {"there is no such tenant", "compare tenant with the Entra overview page: a domain or an id", false},
	50194:   {"the application belongs to one tenant", "set tenant to that tenant's domain or id", false},
	9001023: {"the application belongs to one tenant", "set tenant to that tenant's domain or id", false},
	65001:   {"nobody has consented to the application's permissions", "consent on the application's page, API permissions, or when signing in", true},
	90094:   {"an administrator must consent to the application's permissions", "have an administrator grant consent on the application's page, API permissions", true},
	65004:   {"the permissions were declined", "sign in again and consent", true},
	50011:   {"the application does not know the address that the browser comes back to", "add http://localhost as a redirect of the platform 'Mobile and desktop applications'", true},
	700027:  {"the certificate's signature was not accepted", "upload the certificate on the application's page, and see that it has not expired and that the clock is right", false},
	700025:  {"the application is public and takes no secret", "leave secret_env and certificate out", false},
	7000218: {"the application does not allow public clients", "set 'Allow public client flows' on the application's page, Authentication", true},
	53003:   {"a conditional access policy blocks the sign-in", "have an administrator exclude the application or the account from the policy", true},
	50076:   {"a second factor is asked for", "sign in again, with the second factor", true},
	700082:  {"the sign-in was not used for 90 days", "sign in again", true},
	70043:   {"a policy asks for a new sign-in from time to time", "sign in again; an application's own sign-in does not expire like that", true},
	50057:   {"the account is disabled", "have an administrator enable it", false},
	50034:   {"there is no such account in this tenant", "sign in with an account of this tenant", true},
}

// explainMicrosoft says what Entra refused, in plain words.
func explainMicrosoft(r Refusal) *Error {
	for _, n := range r.Numbers {
		if w, ok := entraWords[n]; ok {
			return &Error{Reason: fmt.Sprintf("%s (AADSTS%d)", w.reason, n), Advice: w.advice, Again: w.again}
		}
	}
	switch r.Code {
	case "invalid_client", "unauthorized_client":
		return &Error{
			Reason: fmt.Sprintf("Microsoft does not accept the application (%s%s)", r.Code, r.number()),
			Advice: "compare tenant, client_id and the secret or certificate with the application's page",
		}
	case "invalid_grant", "interaction_required", "consent_required", "login_required":
		return &Error{Reason: fmt.Sprintf("the sign-in has expired or was revoked (%s%s)", r.Code, r.number()), Again: true}
	}
	if len(r.Numbers) > 0 {
		return &Error{Reason: fmt.Sprintf("Microsoft refused the sign-in (%s%s)", cmp.Or(r.Code, "no code"), r.number()), Again: true}
	}
	return nil
}

// number returns the first of Microsoft's numbers, in words.
func (r Refusal) number() string {
	if len(r.Numbers) == 0 {
		return ""
	}
	return fmt.Sprintf(", AADSTS%d", r.Numbers[0])
}
