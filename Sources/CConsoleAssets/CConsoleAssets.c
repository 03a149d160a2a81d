// `#embed` is C23; clang takes it in earlier dialects and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CConsoleAssets.h"

static const unsigned char script[] = {
#embed "files/app.js"
};
static const unsigned char style[] = {
#embed "files/app.css"
};
static const unsigned char icon[] = {
#embed "files/icon.svg"
};
static const unsigned char openapi[] = {
#embed "files/openapi.json"
};

struct pg_asset pg_console_script(void) { return (struct pg_asset){script, sizeof script}; }
struct pg_asset pg_console_style(void) { return (struct pg_asset){style, sizeof style}; }
struct pg_asset pg_console_icon(void) { return (struct pg_asset){icon, sizeof icon}; }
struct pg_asset pg_console_openapi(void) { return (struct pg_asset){openapi, sizeof openapi}; }
