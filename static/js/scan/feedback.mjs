// New, repeated, refused: three sounds, three vibrations, three shapes, so that gloves, noise and sunlight each leave one.

const SIGNALS = {
  new: {notes: [[880, 0.12]], buzz: [60], shape: "signal-new"},
  repeated: {notes: [[520, 0.08], [520, 0.08]], buzz: [40, 60, 40], shape: "signal-repeated"},
  refused: {notes: [[220, 0.3]], buzz: [250], shape: "signal-refused"},
};

let audio = null;

export function signal(kind, element) {
  const {notes, buzz, shape} = SIGNALS[kind];
  sound(notes);
  globalThis.navigator?.vibrate?.(buzz);
  if (!element) return;
  element.classList.remove(...Object.values(SIGNALS).map((each) => each.shape));
  void element.offsetWidth; // so that the same signal twice is seen twice
  element.classList.add(shape);
}

// A browser that gives no sound before the first touch is no reason to stop.
function sound(notes) {
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") void audio.resume();
    let at = audio.currentTime;
    for (const [hertz, seconds] of notes) {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.12, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + seconds);
      tone.connect(loudness).connect(audio.destination);
      tone.start(at);
      tone.stop(at + seconds);
      at += seconds + 0.05;
    }
  } catch {
    audio = null;
  }
}
