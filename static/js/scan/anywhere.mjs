// A hand scanner works on every page: what it reads is answered by the scan page. That page and the cart listen for
// themselves.
import {listen} from "./wedge.mjs";

if (!document.querySelector("#scan, #cart")) listen((text) => location.assign(`/scan?${new URLSearchParams({text})}`));
