package web

// A Provider is an issuer of OpenID Connect that vouches for people.
type Provider struct {
	Issuer, ClientID, Secret string
	TrustEmail               bool // an issuer of one tenant that does not say whether addresses are verified
}
