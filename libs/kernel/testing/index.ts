export { FakeClock, HurryingClock } from './fake-clock.js';
