package booking

// PlanParts is Plan in parts of so many people.
var PlanParts = planParts
