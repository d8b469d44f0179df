// A hand scanner works on every page: what it reads is answered by the scan page. That page listens for itself.
import {listen} from "./wedge.mjs";

if (!document.getElementById("scan")) listen((text) => location.assign(`/scan?${new URLSearchParams({text})}`));
