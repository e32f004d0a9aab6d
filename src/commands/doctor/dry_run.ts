/** The start of the names of objects that the server only checks. */
export const DRY_RUN_NAME = "tkn-dev-doctor-";
