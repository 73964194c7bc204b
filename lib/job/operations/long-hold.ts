/** From this many days on, people are reminded of a hold without an end. */
export const longHoldDays = 14;
