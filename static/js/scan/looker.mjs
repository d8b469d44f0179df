// One look at a picture as the camera shows it: scaled to what a label at arm's length needs, then read.

const WIDEST_LOOK_PX = 960;

export class Looker {
  #canvas = document.createElement("canvas");
  #context = this.#canvas.getContext("2d", {willReadFrequently: true});
  #detector;

  constructor(detector) {
    this.#detector = detector;
  }

  /** The marks in `picture` (a video or a bitmap of this size), their corners in pixels of the look. None on trouble. */
  async look(picture, width, height) {
    const scale = Math.min(1, WIDEST_LOOK_PX / width);
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#context.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
    return this.#detector.glance(this.#canvas).catch(() => []);
  }

  /** The mark nearest to the middle of the last look: the one a person points at. */
  nearest(marks) {
    const distance = ({corners}) => {
      const x = corners.reduce((sum, each) => sum + each.x, 0) / corners.length - this.#canvas.width / 2;
      const y = corners.reduce((sum, each) => sum + each.y, 0) / corners.length - this.#canvas.height / 2;
      return x * x + y * y;
    };
    return marks.reduce((best, each) => (distance(each) < distance(best) ? each : best));
  }
}
