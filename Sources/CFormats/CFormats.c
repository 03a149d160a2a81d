// `#embed` is C23; clang takes it in earlier dialects and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CFormats.h"

static const unsigned char sensors[] = {
#embed "../../Formats/sensors.json"
};
static const unsigned char sensors_wire[] = {
#embed "../../Formats/sensors-wire.json"
};
static const unsigned char growingio[] = {
#embed "../../Formats/growingio.json"
};
static const unsigned char zhuge[] = {
#embed "../../Formats/zhuge.json"
};
static const unsigned char umeng[] = {
#embed "../../Formats/umeng.json"
};
static const unsigned char umeng_wire[] = {
#embed "../../Formats/umeng-wire.json"
};
static const unsigned char umeng_qt[] = {
#embed "../../Formats/umeng-qt.json"
};
static const unsigned char youshu[] = {
#embed "../../Formats/youshu.json"
};
static const unsigned char segment[] = {
#embed "../../Formats/segment.json"
};
static const unsigned char thinkingdata[] = {
#embed "../../Formats/thinkingdata.json"
};
static const unsigned char nginx[] = {
#embed "../../Formats/nginx.json"
};
static const unsigned char sls[] = {
#embed "../../Formats/sls.json"
};
static const unsigned char cls[] = {
#embed "../../Formats/cls.json"
};
static const unsigned char nginx_body[] = {
#embed "../../Formats/nginx-body.json"
};

static const struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} formats[] = {
    {"sensors", sensors, sizeof sensors},
    {"sensors-wire", sensors_wire, sizeof sensors_wire},
    {"growingio", growingio, sizeof growingio},
    {"zhuge", zhuge, sizeof zhuge},
    {"umeng", umeng, sizeof umeng},
    {"umeng-wire", umeng_wire, sizeof umeng_wire},
    {"umeng-qt", umeng_qt, sizeof umeng_qt},
    {"youshu", youshu, sizeof youshu},
    {"segment", segment, sizeof segment},
    {"thinkingdata", thinkingdata, sizeof thinkingdata},
    {"nginx", nginx, sizeof nginx},
    {"sls", sls, sizeof sls},
    {"cls", cls, sizeof cls},
    {"nginx-body", nginx_body, sizeof nginx_body},
};

int pg_format_count(void) { return (int)(sizeof formats / sizeof formats[0]); }
const char *pg_format_name(int index) { return formats[index].name; }
const unsigned char *pg_format_bytes(int index) { return formats[index].bytes; }
size_t pg_format_length(int index) { return formats[index].length; }
